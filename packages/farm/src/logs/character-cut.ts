/**
 * Cuts bytes between characters: those of an unfinished one wait for the next push. Invalid bytes pass, and become U+FFFD
 * where they are made text, as everywhere in the web.
 */
export function createCharacterCut() {
  let waiting: Buffer = Buffer.alloc(0);
  return {
    /** Bytes that were pushed and have not come out yet: at most three. */
    get pending() {
      return waiting.length;
    },
    push(bytes: Buffer): Buffer {
      const all = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes]);
      const whole = all.length - unfinishedLength(all);
      waiting = Buffer.from(all.subarray(whole));
      return all.subarray(0, whole);
    },
    end(): Buffer {
      const rest = waiting;
      waiting = Buffer.alloc(0);
      return rest;
    },
  };
}

function unfinishedLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue; // In the middle of a character: its first byte stands further left.
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
