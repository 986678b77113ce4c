export type Turns = {
  /**
   * Does the work when its turn has come. Whoever asks for work of the same name that has not begun yet shares it; one that
   * has begun is not shared, because it may have looked too early for what the caller was told of.
   */
  take<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
};

/** Lets no more than `atOnceMax` of all that is asked for be under way at once, in the order it was asked for. */
export function createTurns(atOnceMax: number): Turns {
  const waiting = new Map<string, { begin: () => void; outcome: Promise<unknown> }>();
  let underway = 0;

  const beginNext = () => {
    const [next] = waiting;
    if (next === undefined || underway >= atOnceMax) return;
    const [name, { begin }] = next;
    waiting.delete(name);
    underway += 1;
    begin();
  };
  return {
    take<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
      const asked = waiting.get(name);
      if (asked) return asked.outcome as Promise<Result>; // The same name stands for the same work.
      const { promise: turn, resolve: begin } = Promise.withResolvers<void>();
      const outcome = turn.then(work).finally(() => {
        underway -= 1;
        beginNext();
      });
      waiting.set(name, { begin, outcome });
      beginNext();
      return outcome;
    },
  };
}
