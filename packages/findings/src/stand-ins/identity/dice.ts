/** The same numbers for the same seed, on every machine. */
export type Dice = {
  /** From 0 to one less than `sides`. */
  below: (sides: number) => number;
  pick: <T>(from: readonly T[]) => T;
};

/** mulberry32: 32 bits of state, even enough for choosing edits. */
export function createDice(seed: number): Dice {
  let state = seed | 0;
  const below = (sides: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * sides);
  };
  return { below, pick: (from) => from[below(from.length)]! }; // Nobody picks from nothing.
}
