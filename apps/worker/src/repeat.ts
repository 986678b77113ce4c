const SOON_MS = 2000;

/** Does something at once and then again and again, never twice at a time. What failed is tried again soon. */
export function repeat(pauseMs: number, action: () => Promise<unknown>): AsyncDisposable {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let current: Promise<unknown> = Promise.resolve();
  const pause = (ms: number) => {
    if (!stopped) timer = setTimeout(round, ms);
  };
  const round = () => {
    current = action().then(
      () => pause(pauseMs),
      () => pause(Math.min(pauseMs, SOON_MS)), // It says nothing that the next round would not: a disk, or Postgres, is away.
    );
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
