// Whether two things take equally long, on a machine that does much else. What "equal" means is measured in the same run:
// how far two things that cannot differ are apart.
export type Contestant = () => Promise<void>;

export type Compared = {
  isEqual: boolean;
  /** Milliseconds that `one` took longer than `other`, and by which `control` differed from it in most blocks. */
  differenceMs: number;
  noiseMs: number;
  samples: number;
};

/** A block is short enough for the machine to be in one mood. */
const SAMPLES_PER_BLOCK = 9;
const BLOCKS_AT_FIRST = 10;
/** Looked at again with twice as many, three times. */
const BLOCKS_MAX = 80;
/** The median of ten blocks differs by more than this once in a million runs when there is nothing to see. */
const NOISE_FACTOR = 3;
/** What no caller can tell apart over a network, and a quiet machine measures. */
const UNSEEN_MS = 0.02;

/** All three are run in turn, in an order that changes, so that whatever slows the machine down slows down all. */
export async function compareTimes(
  contestants: Record<'one' | 'other' | 'control', Contestant>,
): Promise<Compared> {
  for (const each of Object.values(contestants)) await each(); // What the first one does alone is not its time.
  const differences: number[] = [];
  const noises: number[] = [];
  for (let wanted = BLOCKS_AT_FIRST; ; wanted *= 2) {
    while (differences.length < wanted) {
      const { one, other, control } = await playBlock(contestants);
      differences.push(one - other);
      noises.push(Math.abs(control - other));
    }
    const [differenceMs, noiseMs] = [median(differences), median(noises)];
    const isEqual =
      Math.abs(differenceMs) <=
      Math.max(UNSEEN_MS, (NOISE_FACTOR * noiseMs) / Math.sqrt(wanted / BLOCKS_AT_FIRST));
    if (isEqual || wanted >= BLOCKS_MAX) {
      return { isEqual, differenceMs, noiseMs, samples: wanted * SAMPLES_PER_BLOCK };
    }
  }
}

async function playBlock(contestants: Record<'one' | 'other' | 'control', Contestant>) {
  const names = ['one', 'other', 'control'] as const;
  const taken = { one: [] as number[], other: [] as number[], control: [] as number[] };
  for (let sample = 0; sample < SAMPLES_PER_BLOCK; sample++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(sample + turn) % names.length]!;
      const startedAt = performance.now();
      await contestants[name]();
      taken[name].push(performance.now() - startedAt);
    }
  }
  return { one: median(taken.one), other: median(taken.other), control: median(taken.control) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
