// Which shipped chunks the store holds behind the head. The tail window moves on with the output; what it leaves behind has
// to be deleted, and the chunk on its edge is needed once more, in part, when the log ends.

export type ByteRange = { fromByte: number; toByte: number };
export type ShippedChunk = ByteRange & { seq: number };

export type TailLedger = {
  /** In the order of their bytes. */
  add(chunk: ShippedChunk): void;
  /**
   * Strikes out the chunks that begin before `windowByte`, the begin of the tail window: the store has to delete every chunk
   * that begins in the returned range. Null when there is none.
   */
  moveWindow(windowByte: number): ByteRange | null;
  /** The struck-out chunk that reaches into the window, if one does: its part in the window is missing in the store. */
  cutChunk(windowByte: number): ShippedChunk | null;
};

export function createTailLedger(): TailLedger {
  const chunks: ShippedChunk[] = [];
  let lastStruck: ShippedChunk | null = null;

  return {
    add(chunk) {
      chunks.push(chunk);
    },
    moveWindow(windowByte) {
      const kept = chunks.findIndex((chunk) => chunk.fromByte >= windowByte);
      const struck = chunks.splice(0, kept === -1 ? chunks.length : kept);
      lastStruck = struck.at(-1) ?? lastStruck;
      return struck[0] ? { fromByte: struck[0].fromByte, toByte: windowByte } : null;
    },
    cutChunk: (windowByte) => (lastStruck && lastStruck.toByte > windowByte ? lastStruck : null),
  };
}
