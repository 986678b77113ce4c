import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson } from './read-json.ts';

const read = (text: string) => readJson(Buffer.from(text), 2);

describe('a JSON document', () => {
  it('is read behind noise lines and after a byte order mark', () => {
    expect(read('npm warn something\n{"a":1}')).toEqual({ state: 'whole', value: { a: 1 } });
    expect(readJson(Buffer.from('\uFEFF{"a":1}', 'utf16le'), 2)).toEqual({ state: 'whole', value: { a: 1 } });
  });

  it('keeps each complete record when it is cut off', () => {
    const { state, ...rest } = read('{"items":[{"a":[1,2]},{"b":"]}"},{"c":[{"d":1},');
    expect(state).toBe('cut');
    expect(rest).toMatchObject({ value: { items: [{ a: [1, 2] }, { b: ']}' }] } });
  });

  it.each(['', 'no json', '{"a":', '[1,2', '{"a":1}}}}{', '}{', '['.repeat(100_000), '{"a":'.repeat(10_000)])(
    'never throws: %#',
    (text) => {
      expect(['whole', 'cut', 'unreadable']).toContain(read(text).state);
    },
  );

  it('is read up to its end when something follows', () => {
    expect(read('{"items":[{"a":1}]}\ntrailing')).toMatchObject({ value: { items: [{ a: 1 }] } });
  });

  it('yields from any prefix only records of the whole document', () => {
    const records = fc.array(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 }), { maxLength: 6 });
    fc.assert(
      fc.property(records, fc.nat(), (items, cut) => {
        const text = JSON.stringify({ items });
        const verdict = read(text.slice(0, cut % (text.length + 1)));
        if (verdict.state === 'unreadable') return;
        const { items: kept } = verdict.value as { items: unknown[] }; // The text is a prefix of just that.
        expect(kept).toEqual((JSON.parse(text) as { items: unknown[] }).items.slice(0, kept.length)); // As above.
      }),
      { numRuns: 200 },
    );
  });
});
