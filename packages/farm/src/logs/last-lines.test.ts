import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { lastLines } from './last-lines.ts';

const LIMITS = { linesMax: 3, charsMax: 10 };
const of = (...texts: string[]) =>
  lastLines(
    texts.map((text) => Buffer.from(text)),
    LIMITS,
  );

test('the last lines come in their order, the unfinished one as well', () => {
  expect(of('one\ntwo\nthree\nfour\n')).toEqual(['two', 'three', 'four']);
  expect(of('one\ntwo\nthree\nfour')).toEqual(['two', 'three', 'four']);
  expect(of('one')).toEqual(['one']);
  expect(of('')).toEqual([]);
  expect(of('\n\n')).toEqual(['', '']);
});

test('a long line is cut, and says so', () => {
  expect(of('0123456789abc\n')).toEqual(['0123456789 […]']);
});

test('however the bytes are cut, the lines are those of the whole', () => {
  const text = fc.array(fc.constantFrom('a', '\n', 'ä', '🙂', 'long text'), { maxLength: 30 });
  fc.assert(
    fc.property(text, fc.array(fc.nat(40), { maxLength: 5 }), (parts, cuts) => {
      const bytes = Buffer.from(parts.join(''));
      const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b)];
      const pieces = places.map((from, index) => bytes.subarray(from, places[index + 1] ?? bytes.length));
      const lines = bytes.toString('utf8').split('\n');
      if (lines.at(-1) === '') lines.pop();
      const whole = lines.map((line) => (line.length > 10 ? `${line.slice(0, 10)} […]` : line));
      expect(lastLines(pieces, LIMITS)).toEqual(whole.slice(-3));
    }),
  );
});
