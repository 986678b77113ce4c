import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import type { ChunkRow } from '@crafting-table/database/log-chunks';

const unpack = promisify(zstdDecompress);

/** The bytes of a chunk from `fromByte` on, counted over everything the recipe printed. */
export async function bytesOfChunk(chunk: ChunkRow, fromByte: number): Promise<Buffer> {
  const bytes = await unpack(chunk.data);
  return bytes.subarray(Math.max(0, fromByte - chunk.byte_offset));
}
