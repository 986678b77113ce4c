import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineSelection } from './select-lines.ts';

test('any selection is what splitting the whole text would give, however it is cut', () => {
  const pieces = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 6 }), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(
      pieces,
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
      (pieces, first, count) => {
        const selection = createLineSelection(1, first, count);
        let selected = '';
        for (const piece of pieces) {
          if (selection.done) break;
          selected += selection.push(Buffer.from(piece)).toString();
        }
        expect(selected).toBe(naiveSelection(pieces.join(''), first, count));
      },
    ),
    { numRuns: 1000 },
  );
});

test('a stream that begins in a later line is counted from there', () => {
  const selection = createLineSelection(10, 11, 1);
  expect(selection.push(Buffer.from('ten\neleven\ntwelve\n')).toString()).toBe('eleven\n');
  expect(selection.done).toBe(true);
});

test('what a stream passes over counts as the lines it was', () => {
  const selection = createLineSelection(1, 2, 3);
  expect(selection.push(Buffer.from('one\ntwo\nthr')).toString()).toBe('two\nthr');
  expect(selection.skipTo(90)).toBe(true);
  expect(selection.done).toBe(true);
  expect(createLineSelection(1, 100, 1).skipTo(90)).toBe(false);
});

function naiveSelection(text: string, first: number, count: number): string {
  const lines = text.split(/(?<=\n)/);
  return lines.slice(first - 1, first - 1 + count).join('');
}
