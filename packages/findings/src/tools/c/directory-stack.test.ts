import { describe, expect, it } from 'vitest';
import { createDirectoryStack } from './directory-stack.ts';

const files = new Set(['sub/deep/a.c', 'src/b.c', 'a.c']);
const open = () => createDirectoryStack((path) => ({ path, known: files.has(path) }));

describe('a path below make', () => {
  it('counts from the folder that the innermost make entered', () => {
    const stack = open();
    stack.line("make[1]: Entering directory '/w/sub'");
    stack.line("make[2]: Entering directory '/w/sub/deep'");
    expect(stack.locate('x.c')).toBe('/w/sub/deep/x.c');
    stack.line("make[2]: Leaving directory '/w/sub/deep'");
    expect(stack.locate('x.c')).toBe('/w/sub/x.c');
    stack.line("make[1]: Leaving directory '/w/sub'");
    expect(stack.locate('x.c')).toBe('x.c');
  });

  it('does not go deeper when a make that never left enters again', () => {
    const stack = open();
    stack.line('ninja: Entering directory `sub/deep');
    stack.line("ninja: Entering directory `sub/deep'");
    stack.line("ninja: Entering directory `sub/deep'");
    expect(stack.locate('a.c')).toBe('sub/deep/a.c');
  });

  it('is found in the worktree when the build folder is not named', () => {
    expect(open().locate('../src/b.c')).toBe('src/b.c');
    expect(open().locate('../src/unknown.c')).toBe('../src/unknown.c');
  });

  it('is absolute when it says so', () => {
    const stack = open();
    stack.line("make: Entering directory '/w/sub'");
    expect(stack.locate('/w/src/b.c')).toBe('/w/src/b.c');
  });
});
