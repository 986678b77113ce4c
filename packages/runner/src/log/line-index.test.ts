import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { createLineIndex } from './line-index.ts';

const output = fc.array(fc.string({ unit: fc.constantFrom('x', '\n'), maxLength: 50 }), { maxLength: 40 });

test('knows the lines before any offset in the kept tail, whatever the writes', async () => {
  await fc.assert(
    fc.asyncProperty(output, fc.nat(100), async (writes, fromEnd) => {
      const index = createLineIndex({ stepBytes: 7, keepBytes: 100 });
      for (const write of writes) index.add(Buffer.from(write));
      const whole = writes.join('');
      const byte = Math.max(0, whole.length - fromEnd);
      const read = async (fromByte: number, toByte: number) => Buffer.from(whole.slice(fromByte, toByte));
      expect(index.lines).toBe(linesIn(whole));
      expect(await index.linesBefore(byte, read)).toBe(linesIn(whole.slice(0, byte)));
    }),
  );
});

test('reads no more than one step to answer', async () => {
  const index = createLineIndex({ stepBytes: 10, keepBytes: 1_000 });
  index.add(Buffer.alloc(500, '\n'));
  const reads: number[][] = [];
  const answer = index.linesBefore(123, async (fromByte, toByte) => {
    reads.push([fromByte, toByte]);
    return Buffer.alloc(toByte - fromByte, '\n');
  });
  expect(await answer).toBe(123);
  expect(reads).toEqual([[123, 130]]);
});

test('says that it does not know when the bytes are gone', async () => {
  const index = createLineIndex({ stepBytes: 10, keepBytes: 20 });
  index.add(Buffer.from('one\ntwo\n'));
  expect(await index.linesBefore(3, async () => null)).toBeNull();
});

function linesIn(text: string): number {
  return text.split('\n').length - 1;
}
