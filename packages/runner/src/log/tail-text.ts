export type TailText = {
  push(chunk: Buffer): void;
  /** The last bytes as text; a character cut off at the front shows as U+FFFD. */
  text(): string;
};

/** Remembers the last `bytesMax` bytes. It copies them, so that no large chunk is kept alive for its end. */
export function createTailText(bytesMax: number): TailText {
  const bytes = Buffer.alloc(2 * bytesMax);
  let used = 0;

  return {
    push(chunk) {
      const end = chunk.subarray(-bytesMax);
      if (used + end.length > bytes.length) {
        // Moved to the front only when the second half is full: one byte moved for each byte that comes in, at most.
        bytes.copyWithin(0, used - bytesMax, used);
        used = bytesMax;
      }
      used += end.copy(bytes, used);
    },
    text: () => bytes.toString('utf8', Math.max(0, used - bytesMax), used),
  };
}
