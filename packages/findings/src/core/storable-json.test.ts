import { expect, it } from 'vitest';
import { parseStorable } from './storable-json.ts';

const through = (value: unknown) => parseStorable(JSON.stringify(value));

it('leaves alone what Postgres takes', () => {
  const value = { a: ['x', 1, null, { ü: '🙂\u0001' }], __proto: true, b: '\\u0000 \\ud800' };
  expect(through(value)).toEqual(value);
});

it('replaces NUL and lone surrogates in values and in keys, at any depth', () => {
  expect(through({ 'k\0': ['a\0b', { '\uD800': '\uDC00x' }] })).toEqual({
    'k\uFFFD': ['a\uFFFDb', { '\uFFFD': '\uFFFDx' }],
  });
  const depth = 4000;
  const nested = `${'['.repeat(depth)}"\\u0000"${']'.repeat(depth)}`;
  expect(JSON.stringify(parseStorable(nested))).toBe(nested.replace('\\u0000', '\uFFFD'));
});

it('keeps a key that is also the name of a prototype', () => {
  const value: unknown = JSON.parse('{"__proto__": {"isAdmin": "\\u0000"}}');
  expect(JSON.stringify(through(value))).toBe('{"__proto__":{"isAdmin":"\uFFFD"}}');
});
