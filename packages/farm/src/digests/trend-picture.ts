// A small bar for each day, as a PNG (RFC 2083): the one kind of picture that every mail program shows.
import { crc32, deflateSync } from 'node:zlib';
import type { Digest } from '@crafting-table/contracts/digest';

export const TREND_SIZE = { width: 168, height: 40 };
const DAYS = 14;
/** Readable on white and on black; the ground is transparent. */
const BAR = [0x5b, 0x8d, 0xd9, 0xff];
const TODAY = [0xe0, 0x8a, 0x1e, 0xff];

export function trendPicture(trend: Digest['trend']): Buffer {
  const { width, height } = TREND_SIZE;
  const slot = width / DAYS;
  const days = trend.slice(-DAYS);
  const most = Math.max(1, ...days.map(({ open }) => open));
  const stride = 1 + width * 4; // Each row begins with its filter, 0: none.
  const pixels = Buffer.alloc(stride * height);
  for (const [index, { open }] of days.entries()) {
    const left = (DAYS - days.length + index) * slot;
    // A day without findings is a line at the ground, so that it does not look like a day without a digest.
    const tall = Math.max(1, Math.round((open / most) * (height - 2)));
    const colour = index === days.length - 1 ? TODAY : BAR;
    for (let y = height - tall; y < height; y++) {
      for (let x = left + 1; x < left + slot - 1; x++) pixels.set(colour, y * stride + 1 + x * 4);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8); // 8 bits, red green blue alpha.
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The same for those who see no pictures. */
export function trendText(trend: Digest['trend']): string {
  const days = trend.slice(-DAYS).map(({ open }) => open);
  return days.length === 1
    ? `Open findings today: ${days[0]}`
    : `Open findings in the last ${days.length} digests: ${days.slice(0, -1).join(', ')}, today ${days.at(-1)}`;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
