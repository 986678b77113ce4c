import { expect, test } from 'vitest';

import { countLineFeeds } from './count-line-feeds.ts';
import { createLogCutter } from './log-cutter.ts';
import type { LogSource } from './log-cutter.ts';
import { LOG_LIMITS } from './log-limits.ts';

const LIMITS = { ...LOG_LIMITS, headBytes: 0, tailBytes: 100, chunkBytes: 20 };

test('a chunk that leaves the tail window while its batch is cut is not shipped', async () => {
  const { source, grow, onRead } = growingSource(40);
  const cutter = createLogCutter(source, LIMITS);
  onRead(() => grow(500));
  const { chunks } = await cutter.cutBatch();
  expect(chunks.map((chunk) => chunk.fromByte)).toEqual([440, 460, 480]);
});

test('bytes given up while they were to be read are left out, and the cutting goes on in the window', async () => {
  const { source, grow, forgetBefore } = growingSource(40);
  const cutter = createLogCutter(source, LIMITS);
  forgetBefore(30);
  expect(await cutter.cutBatch()).toEqual({ chunks: [], trim: null });
  grow(500);
  const { chunks } = await cutter.cutBatch();
  expect(chunks[0]).toMatchObject({ seq: 0, fromByte: 440, lineOffset: 220, lineCount: 10 });
});

test('a rest that is not full is cut alone, never behind a full chunk', async () => {
  const { source } = growingSource(30);
  const cutter = createLogCutter(source, LIMITS);
  const sizes = [await cutter.cutBatch(), await cutter.cutBatch()].map(({ chunks }) =>
    chunks.map((chunk) => chunk.bytes.length),
  );
  expect(sizes).toEqual([[20], [10]]);
});

/** An output of lines of two bytes. */
function growingSource(endByte: number) {
  const all = Buffer.alloc(1_000, 'x\n');
  let forgottenByte = 0;
  let afterFirstRead = () => {};
  const source = {
    endByte,
    async read(fromByte: number, toByte: number) {
      if (fromByte < forgottenByte) return null;
      afterFirstRead();
      afterFirstRead = () => {};
      return all.subarray(fromByte, toByte);
    },
    linesBefore: async (byte: number) => countLineFeeds(all.subarray(0, byte)),
  } satisfies LogSource;
  return {
    source,
    grow: (bytes: number) => {
      source.endByte += bytes;
    },
    forgetBefore: (byte: number) => {
      forgottenByte = byte;
    },
    onRead: (callback: () => void) => {
      afterFirstRead = callback;
    },
  };
}
