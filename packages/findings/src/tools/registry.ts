// Every tool the farm understands. A list and not a directory walk, so that starting up costs no I/O and a type error is one;
// a test compares it with the folders.
import type { Tool } from '../core/tool.ts';
import { compilerLines } from './generic/compiler-lines/tool.ts';
import { junitXml } from './generic/junit-xml/tool.ts';
import { sarif } from './generic/sarif/tool.ts';

export const TOOLS: readonly Tool[] = [compilerLines, junitXml, sarif];
