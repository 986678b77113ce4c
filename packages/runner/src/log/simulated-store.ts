// A store for tests, kept to the letter of ShipLog: it deletes first, then puts in, and both may happen twice.
import assert from 'node:assert/strict';
import { zstdDecompressSync } from 'node:zlib';

import { LogChunk } from '@crafting-table/contracts/log';

import type { LogLimits } from './log-limits.ts';
import type { ByteRange } from './tail-ledger.ts';

export type SimulatedStore = {
  store(batch: LogChunk[], trim: ByteRange | null): void;
  /** What is stored, in the order of its bytes. */
  chunks(): LogChunk[];
  content(): Buffer;
};

/** Throws when a chunk breaks the contract or the store would ever hold more than it may. */
export function createSimulatedStore({ headBytes, tailBytes, chunkBytes }: LogLimits): SimulatedStore {
  const rows = new Map<number, LogChunk>();
  const chunks = () => [...rows.values()].sort((a, b) => a.byte_offset - b.byte_offset);

  return {
    store(batch, trim) {
      for (const row of rows.values()) {
        if (trim && row.byte_offset >= trim.fromByte && row.byte_offset < trim.toByte) rows.delete(row.seq);
      }
      for (const chunk of batch) {
        assert.ok(chunk.byte_length <= chunkBytes, 'a chunk is larger than it may be');
        rows.set(chunk.seq, LogChunk.parse(chunk));
      }
      const storedBytes = chunks().reduce((sum, chunk) => sum + chunk.byte_length, 0);
      assert.ok(storedBytes <= headBytes + tailBytes, `the store holds ${storedBytes} bytes`);
    },
    chunks,
    content: () => Buffer.concat(chunks().map(uncompressed)),
  };
}

/** The chunk's bytes; throws when its length is not what it says. */
export function uncompressed(chunk: LogChunk): Buffer {
  const bytes = zstdDecompressSync(chunk.data);
  assert.equal(bytes.length, chunk.byte_length);
  return bytes;
}

/** What has to be stored of `output` in the end. */
export function headAndTail(output: Buffer, { headBytes, tailBytes }: LogLimits): Buffer {
  if (output.length <= headBytes + tailBytes) return output;
  return Buffer.concat([output.subarray(0, headBytes), output.subarray(-tailBytes)]);
}
