import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { countLineFeeds } from './count-line-feeds.ts';

test('counts like looking at every byte, at any alignment', () => {
  const bytes = fc.uint8Array({ max: 20, maxLength: 3_000 });
  fc.assert(
    fc.property(bytes, fc.nat(7), (bytes, skipped) => {
      const view = Buffer.from(bytes.buffer).subarray(Math.min(skipped, bytes.length));
      expect(countLineFeeds(view)).toBe(view.filter((byte) => byte === 10).length);
    }),
  );
});

test.each([0x0a, 0x0b, 0x09, 0x8a, 0x00, 0xff])(
  'counts right in long output of nothing but byte %i',
  (byte) => {
    expect(countLineFeeds(Buffer.alloc(100_003, byte))).toBe(byte === 10 ? 100_003 : 0);
  },
);
