import { C } from './c.ts';
import { GO } from './go.ts';
import { JVM } from './jvm.ts';
import { NODE } from './node.ts';
import { PHP } from './php.ts';
import { PYTHON } from './python.ts';
import { RUBY } from './ruby.ts';
import { RUST } from './rust.ts';
import { SHELL } from './shell.ts';
import type { Story } from './story.ts';

/** The slowest first, so that none of them is left over at the end. */
export const STORIES: readonly Story[] = [GO, RUST, C, JVM, PYTHON, NODE, RUBY, SHELL, PHP].flat();
