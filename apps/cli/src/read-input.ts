import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { SNIFF_BYTES_MAX } from '@crafting-table/findings/core/limits';

/** There is no such file, or it cannot be read. */
export class MissingInput extends Error {
  override name = 'MissingInput';
}

export type Input = {
  /** As it was given; `standard input` for `-`. */
  name: string;
  /** Enough of it to see what it is. */
  head: Uint8Array;
  /** All of it, with the head. */
  chunks: AsyncGenerator<Uint8Array>;
};

/** @throws MissingInput, here or while the chunks are read. */
export async function openInput(
  file: string,
  { folder, input }: { folder: string; input: AsyncIterable<Uint8Array> },
): Promise<Input> {
  const name = file === '-' ? 'standard input' : file;
  const stream = file === '-' ? input : createReadStream(resolve(folder, file));
  const chunks = readable(name, stream);
  const first: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const next = await chunks.next();
    if (next.done) break;
    first.push(next.value);
    length += next.value.length;
    if (length >= SNIFF_BYTES_MAX) break;
  }
  return { name, head: Buffer.concat(first).subarray(0, SNIFF_BYTES_MAX), chunks: joined(first, chunks) };
}

async function* joined(first: Uint8Array[], rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* first.splice(0); // Nobody holds them any longer than needed.
  yield* rest;
}

async function* readable(name: string, stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new MissingInput(`${name} cannot be read: ${why}`, { cause });
  }
}
