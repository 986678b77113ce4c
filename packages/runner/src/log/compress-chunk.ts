import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';

import type { LogChunk } from '@crafting-table/contracts/log';

/** A chunk of the output before compression. */
export type RawChunk = {
  seq: number;
  fromByte: number;
  lineOffset: number;
  lineCount: number;
  bytes: Buffer;
};

const compress = promisify(zstdCompress);

/** Compresses on the thread pool, with zstd at level 1: the fastest, and logs shrink well at any level. */
export async function compressChunk(chunk: RawChunk): Promise<LogChunk> {
  const data = await compress(chunk.bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
    // Puts the size into the frame, so that a reader can allocate once.
    pledgedSrcSize: chunk.bytes.length,
    // Room for the whole result, so that it does not come back to the main thread in pieces of 16 KiB.
    chunkSize: chunk.bytes.length + FRAME_BYTES_MAX,
  });
  return {
    seq: chunk.seq,
    byte_offset: chunk.fromByte,
    byte_length: chunk.bytes.length,
    line_offset: chunk.lineOffset,
    line_count: chunk.lineCount,
    data,
  };
}

/** More than a zstd frame adds to bytes that do not compress; also above the least chunk size zlib takes (64). */
const FRAME_BYTES_MAX = 1024;
