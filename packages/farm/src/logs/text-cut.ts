/**
 * Turns bytes into text without cutting a character in two: the bytes of an unfinished one wait for the next push.
 * Invalid bytes become U+FFFD, as everywhere in the web.
 */
export function createTextCut() {
  let waiting: Buffer = Buffer.alloc(0);
  return {
    /** Bytes that were pushed and are not in the text yet: at most three. */
    get pending() {
      return waiting.length;
    },
    push(bytes: Buffer): string {
      const all = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes]);
      const whole = all.length - unfinishedLength(all);
      waiting = Buffer.from(all.subarray(whole));
      return all.toString('utf8', 0, whole);
    },
    end(): string {
      const text = waiting.toString('utf8');
      waiting = Buffer.alloc(0);
      return text;
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
