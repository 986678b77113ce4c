/** Passes on `count` lines starting with line `first` (from 1) of a stream whose first byte is in line `current`. */
export function createLineSelection(current: number, first: number, count: number) {
  let line = current;
  const end = first + count;
  return {
    get done() {
      return line >= end;
    },
    /** The stream goes on in line `next`. Whether something of what was passed over was selected. */
    skipTo(next: number): boolean {
      const isSelected = line < end && next >= first;
      line = next;
      return isSelected;
    },
    push(bytes: Buffer): Buffer {
      let start = line >= first ? 0 : -1;
      let position = 0;
      while (line < end) {
        const feed = bytes.indexOf(10, position);
        if (feed === -1) break;
        position = feed + 1;
        line += 1;
        if (line === first) start = position;
      }
      if (start === -1) return Buffer.alloc(0);
      return bytes.subarray(start, line >= end ? position : bytes.length);
    },
  };
}
