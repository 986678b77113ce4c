import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCharacterCut } from './character-cut.ts';

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => new Uint8Array(Buffer.from(text))),
  // Bytes that begin, continue or break characters, in any order.
  fc.array(fc.constantFrom(0x41, 0x80, 0xbf, 0xc3, 0xe2, 0xed, 0xf0, 0xf4, 0xff), { maxLength: 30 }),
);

test('however bytes are cut, the text is the same', () => {
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(8), { maxLength: 30 }), (all, lengths) => {
      const whole = Buffer.from(all);
      const cut = createCharacterCut();
      let [text, start] = ['', 0];
      for (const length of [...lengths, whole.length]) {
        text += cut.push(whole.subarray(start, start + length)).toString();
        start += length;
        expect(cut.pending).toBeLessThanOrEqual(3);
      }
      expect(text + cut.end().toString()).toBe(whole.toString('utf8'));
      expect(cut.pending).toBe(0);
    }),
    { numRuns: 1000 },
  );
});
