import { isDatabaseAway } from '@crafting-table/database/database-away';
import type { SweepReport } from './sweep.ts';

export type SweepLoop = AsyncDisposable;

/** Sweeps again and again until disposed. A pass that fails because Postgres is away is simply the next one's work. */
export function startSweepLoop(options: {
  pass: (passNumber: number) => Promise<SweepReport>;
  pauseMs: number;
  onReport: (report: NonNullable<SweepReport>) => void;
  onError: (error: unknown) => void;
}): SweepLoop {
  const stop = new AbortController();
  let wake = () => {};
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, options.pauseMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const loop = (async () => {
    for (let passNumber = 0; !stop.signal.aborted; passNumber++) {
      try {
        const report = await options.pass(passNumber);
        if (report) options.onReport(report);
      } catch (error) {
        if (!isDatabaseAway(error)) options.onError(error);
      }
      if (!stop.signal.aborted) await pause();
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      wake();
      await loop;
    },
  };
}
