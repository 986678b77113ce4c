// Starts something and starts it again whenever it ends by itself, with a growing pause, until it is told to stop.
import { setTimeout as sleep } from 'node:timers/promises';

/** Orderly lets work in hand come to an end; at once does not wait for it. */
export type Pace = 'orderly' | 'at_once';

export type Running = {
  /** Resolves when it has ended, with how it ended, for people. Never rejects. */
  ended: Promise<string>;
  /** May be called again with the other pace while the first call is still waiting. */
  stop(pace: Pace): Promise<void>;
};

export type Kept<R extends Running> = { first: R; stop(pace: Pace): Promise<void> };

export type KeepOptions<R extends Running> = {
  name: string;
  start: () => Promise<R>;
  report: (line: string) => void;
  pauses?: { firstMs: number; longestMs: number; steadyMs: number };
};

/** After `steadyMs` of life an end counts as the first again. */
const PAUSES = { firstMs: 100, longestMs: 5_000, steadyMs: 30_000 };

/** Resolves once it runs for the first time; rejects when that fails. */
export async function keepRunning<R extends Running>(options: KeepOptions<R>): Promise<Kept<R>> {
  const stopping = new AbortController();
  const first = await options.start();
  const state = { current: first as Running | undefined }; // Typed wider: later ones may be missing.
  const watching = startAgainAndAgain(state, options, stopping.signal);
  return {
    first,
    async stop(pace) {
      stopping.abort();
      await state.current?.stop(pace);
      await watching;
    },
  };
}

async function startAgainAndAgain<R extends Running>(
  state: { current: Running | undefined },
  { name, start, report, pauses = PAUSES }: KeepOptions<R>,
  stopping: AbortSignal,
): Promise<void> {
  let pauseMs = pauses.firstMs;
  while (!stopping.aborted) {
    const startedAt = performance.now();
    const how = await state.current!.ended; // The loop goes on only with one that was started.
    state.current = undefined;
    if (performance.now() - startedAt > pauses.steadyMs) pauseMs = pauses.firstMs;
    while (!stopping.aborted && !state.current) {
      report(`${name} ended (${how}); starting it again in ${pauseMs / 1000} s`);
      await sleep(pauseMs, undefined, { signal: stopping }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, pauses.longestMs);
      if (stopping.aborted) return;
      state.current = await start().catch((fault: unknown) => {
        report(`${name} could not be started: ${fault instanceof Error ? fault.message : String(fault)}`);
        return undefined;
      });
    }
    if (stopping.aborted) await state.current?.stop('at_once');
  }
}
