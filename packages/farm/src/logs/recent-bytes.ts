export type RecentBytes = {
  /** What was made under this name a moment ago, or is being made; else it is made now. */
  get(name: string, make: () => Promise<Buffer>): Promise<Buffer>;
};

/** Keeps what was made last, as much of it as fits. What is kept under a name never changes. */
export function createRecentBytes(bytesMax: number): RecentBytes {
  const kept = new Map<string, { bytes: number; made: Promise<Buffer> }>();
  let total = 0;

  const forget = (name: string) => {
    total -= kept.get(name)?.bytes ?? 0;
    kept.delete(name);
  };
  const makeRoom = () => {
    for (const name of kept.keys()) {
      if (total <= bytesMax) return;
      forget(name);
    }
  };
  return {
    get(name, make) {
      const found = kept.get(name);
      if (found) return found.made;
      const entry = { bytes: 0, made: make() };
      kept.set(name, entry);
      entry.made.then(
        ({ length }) => {
          if (kept.get(name) !== entry) return;
          entry.bytes = length;
          total += length;
          makeRoom();
        },
        () => kept.delete(name),
      );
      return entry.made;
    },
  };
}
