import { randomFillSync } from 'node:crypto';

const random = Buffer.alloc(16);
let lastMs = 0;
let counter = 0;

/**
 * A UUID of version 7 (RFC 9562): ids sort by the time they were made, and within this process strictly in the order
 * they were made, because the 12 bits after the time count up inside one millisecond.
 */
export function newId(now: number = Date.now()): string {
  if (now > lastMs) {
    lastMs = now;
    counter = 0;
  } else if (++counter > 0xfff) {
    lastMs += 1;
    counter = 0;
  }
  randomFillSync(random);
  random.writeUIntBE(lastMs, 0, 6);
  random.writeUInt16BE(0x7000 | counter, 6);
  random[8] = 0x80 | (random[8]! & 0x3f);
  const hex = random.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
