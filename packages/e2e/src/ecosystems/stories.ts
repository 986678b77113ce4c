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

const [slowest, ...others] = GO;

/**
 * The slowest first, so that it is not left over at the end. The rest of Go comes last: side by side they would compile the
 * same packages, one after another they find them in the cache.
 */
export const STORIES: readonly Story[] = [
  slowest!, // There are some.
  ...[RUST, C, JVM, PYTHON, NODE, RUBY, SHELL, PHP].flat(),
  ...others,
];
