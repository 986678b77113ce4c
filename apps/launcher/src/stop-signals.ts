import type { Pace } from './keep-running.ts';

/**
 * Calls back when this process is told to stop: orderly the first time, at once every time after. A start.mjs that was
 * killed counts as well; the channel to it closes.
 */
export function onStopSignals(stop: (pace: Pace, why: string) => void): void {
  let pace: Pace = 'orderly';
  const onSignal = (why: string) => {
    stop(pace, why);
    pace = 'at_once';
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => onSignal(name));
  process.once('disconnect', () => onSignal('start.mjs is gone'));
  process.channel?.unref(); // The channel is for hearing of the end, not for staying alive.
}
