import { expect, test } from 'vitest';

import { createTailLedger } from './tail-ledger.ts';

function ledgerOfThree() {
  const ledger = createTailLedger();
  ledger.add({ seq: 5, fromByte: 100, toByte: 110 });
  ledger.add({ seq: 6, fromByte: 110, toByte: 120 });
  ledger.add({ seq: 7, fromByte: 120, toByte: 130 });
  return ledger;
}

test('nothing is deleted while every chunk begins in the window', () => {
  expect(ledgerOfThree().moveWindow(100)).toBeNull();
});

test('chunks that begin before the window are deleted once', () => {
  const ledger = ledgerOfThree();
  expect(ledger.moveWindow(115)).toEqual({ fromByte: 100, toByte: 115 });
  expect(ledger.moveWindow(119)).toBeNull();
  expect(ledger.moveWindow(125)).toEqual({ fromByte: 120, toByte: 125 });
});

test('the chunk on the edge of the window is the deleted one that reaches into it', () => {
  const ledger = ledgerOfThree();
  ledger.moveWindow(115);
  expect(ledger.cutChunk(115)).toEqual({ seq: 6, fromByte: 110, toByte: 120 });
  expect(ledger.cutChunk(120)).toBeNull();
});

test('a window that begins with a chunk cuts none', () => {
  const ledger = ledgerOfThree();
  ledger.moveWindow(110);
  expect(ledger.cutChunk(110)).toBeNull();
});
