import type { AttemptStop } from './attempt-stop.ts';

/** An attempt under way in this process, and the way to stop it. */
export type LiveAttempt = {
  jobId: string;
  attempt: number;
  stop: AttemptStop;
  /** What every log line of the worker about this attempt says. */
  fields: Record<string, string | number>;
};

/** `over`: somebody else ended the attempt meanwhile. `skipped`: there was nothing to claim. */
export type AttemptOutcome = 'skipped' | 'accepted' | 'requeued' | 'returned' | 'over';
