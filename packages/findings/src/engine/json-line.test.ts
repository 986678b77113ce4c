import { describe, expect, it } from 'vitest';
import { parseJsonLine } from './json-line.ts';

describe('a line that looks like JSON', () => {
  it.each([
    ['{"a": [1, null]}', { a: [1, null] }],
    [' "text" ', 'text'],
    ['0', 0],
  ])('%j is read', (line, value) => {
    expect(parseJsonLine(line)).toEqual(value);
  });

  it.each(['', '{"a": 1', '{"a": 1} and more', '[INFO] building', "{'a': 1}"])(
    '%j is no document',
    (line) => {
      expect(parseJsonLine(line)).toBeUndefined();
    },
  );

  it('does not make a prototype out of a key', () => {
    const value = parseJsonLine('{"__proto__": {"isAdmin": true}}') as object; // It is one.
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(['__proto__']);
  });
});
