import type { Story } from './story.ts';

export const NODE: Story[] = [
  {
    name: 'node-test',
    language: 'javascript',
    needs: ['node'],
    recipe: 'test',
    command: 'node --test --test-reporter=spec',
    files: {
      'package.json': '{"name": "greeter", "private": true, "type": "module"}\n',
      'greet.js': 'export const greet = (name) => `Hello, ${name}!`;\n',
    },
    path: 'test/ada.test.js',
    renamedTo: 'test/lovelace.test.js',
    source: `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greet } from '../greet.js';

test('a stranger is a friend', () => {
  assert.equal(greet('friend'), 'Hello, friend!');
});

test('a name is greeted', () => {
  assert.equal(greet('Ada'), 'Hello, Ada!');
});
`,
    mistake: { right: "'Hello, Ada!'", wrong: "'Hello, Eve!'" },
    comment: '//',
    expected: {
      tool: 'node-test',
      kind: 'test_failure',
      severity: 'high',
      message: 'AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:',
      line: 10,
      exitCode: 1,
    },
    tests: { ran: 2, exitCodeWithout: 0 },
  },
  {
    name: 'tsc',
    language: 'typescript',
    needs: ['node'],
    recipe: 'lint',
    command: '"$TSC" --noEmit',
    files: {
      'tsconfig.json': '{"compilerOptions": {"strict": true, "types": []}, "include": ["src"]}\n',
    },
    path: 'src/count.ts',
    renamedTo: 'src/sum.ts',
    source: `/** How many letters the names have. */
export function count(names: string[]): number {
  return names.reduce((sum, name) => sum + name.length, 0);
}
`,
    mistake: { right: 'name.length, 0', wrong: 'name.size, 0' },
    comment: '//',
    expected: {
      tool: 'tsc',
      rule_id: 'TS2339',
      kind: 'type_error',
      severity: 'high',
      message: "Property 'size' does not exist on type 'string'.",
      line: 3,
      exitCode: 1,
    },
  },
];
