/** Does something at once and then again and again, never twice at a time. A failure is the next round's to repair. */
export function repeat(pauseMs: number, action: () => Promise<unknown>): AsyncDisposable {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let current: Promise<unknown> = Promise.resolve();
  const round = () => {
    current = action()
      .catch(() => {}) // Says nothing that the next round would not: a disk, or Postgres, is away.
      .finally(() => {
        if (!stopped) timer = setTimeout(round, pauseMs);
      });
  };
  round();
  return {
    async [Symbol.asyncDispose]() {
      stopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}
