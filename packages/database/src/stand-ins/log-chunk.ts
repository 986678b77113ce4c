import { zstdCompressSync } from 'node:zlib';
import type { LogChunk } from '@crafting-table/contracts/log';

/** A chunk as a worker sends it; its offsets are those after `previous`, or the start. */
export function chunkOf(text: string | Buffer, previous?: LogChunk): LogChunk {
  const bytes = Buffer.from(text);
  return {
    seq: previous ? previous.seq + 1 : 0,
    byte_offset: previous ? previous.byte_offset + previous.byte_length : 0,
    byte_length: bytes.length,
    line_offset: previous ? previous.line_offset + previous.line_count : 0,
    line_count: bytes.filter((byte) => byte === 10).length,
    data: zstdCompressSync(bytes),
  };
}

/** Consecutive chunks with these texts. */
export function chunksOf(...texts: (string | Buffer)[]): LogChunk[] {
  const chunks: LogChunk[] = [];
  for (const text of texts) chunks.push(chunkOf(text, chunks.at(-1)));
  return chunks;
}
