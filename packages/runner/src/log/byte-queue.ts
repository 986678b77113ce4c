// Bytes on their way to disk. Small writes are gathered in blocks, so that ten thousand short lines become a few buffers of
// one writev; large ones are kept as they are, without copying.

const BLOCK_BYTES = 64 * 1024;
/** From this size on, keeping the buffer is cheaper than copying it, and it hardly pins more memory than it fills. */
const KEEP_BYTES = 16 * 1024;

export type ByteQueue = {
  readonly length: number;
  /** Takes the chunk over: the caller must not change its bytes any more. */
  push(chunk: Buffer): void;
  /** Views of the bytes [from, to), counted from the front of the queue. */
  views(from: number, to: number): Buffer[];
  /** Removes bytes from the front. */
  drop(bytes: number): void;
};

export function createByteQueue(): ByteQueue {
  const buffers: Buffer[] = [];
  let length = 0;
  let block: Buffer = Buffer.alloc(0);
  let blockUsed = 0;

  function gather(chunk: Buffer): void {
    if (block.length - blockUsed < chunk.length) {
      block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
      blockUsed = 0;
    }
    // The block begins at byte 0 of its own memory (allocUnsafeSlow), so offsets in it and byteOffset are the same.
    const last = buffers.at(-1);
    const extendsLast =
      last !== undefined && last.buffer === block.buffer && last.byteOffset + last.length === blockUsed;
    const begin = extendsLast ? last.byteOffset : blockUsed;
    if (extendsLast) buffers.pop();
    chunk.copy(block, blockUsed);
    blockUsed += chunk.length;
    buffers.push(block.subarray(begin, blockUsed));
  }

  return {
    get length() {
      return length;
    },
    push(chunk) {
      length += chunk.length;
      if (chunk.length >= KEEP_BYTES) buffers.push(chunk);
      else if (chunk.length > 0) gather(chunk);
    },
    views(from, to) {
      const found: Buffer[] = [];
      let begin = 0;
      for (const buffer of buffers) {
        if (begin >= to) break;
        const view = buffer.subarray(Math.max(0, from - begin), Math.max(0, to - begin));
        if (view.length > 0) found.push(view);
        begin += buffer.length;
      }
      return found;
    },
    drop(bytes) {
      length -= bytes;
      let whole = 0;
      while (whole < buffers.length && bytes >= buffers[whole]!.length) bytes -= buffers[whole++]!.length;
      buffers.splice(0, whole);
      if (bytes > 0) buffers[0] = buffers[0]!.subarray(bytes);
    },
  };
}
