export type SilenceTimer = {
  /** Output came, or the recipe may print again: the silence counts from now. */
  restart(): void;
  /** The silence is not the recipe's own. */
  pause(): void;
  /** Never rings again. */
  end(): void;
};

/** Calls `onSilence` when it was not restarted for `limitMs`. 0 = never. */
export function startSilenceTimer(limitMs: number, onSilence: () => void): SilenceTimer {
  let hasEnded = limitMs === 0;
  let timer: NodeJS.Timeout | undefined;
  const pause = () => clearTimeout(timer);
  const restart = () => {
    pause();
    if (!hasEnded) timer = setTimeout(onSilence, limitMs);
  };
  const end = () => {
    hasEnded = true;
    pause();
  };
  restart();
  return { restart, pause, end };
}
