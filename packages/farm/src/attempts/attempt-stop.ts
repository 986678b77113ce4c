import type { Reason } from '@crafting-table/contracts/words';

/**
 * Why an attempt is to end before its recipe does. `give_back`: the worker is draining and the job goes back to the queue;
 * `lost`: the attempt is over in Postgres already.
 */
export type StopReason = Extract<Reason, 'cancelled' | 'disk_full'> | 'give_back' | 'lost';

export type AttemptStop = {
  /** Null while the attempt may go on. */
  readonly reason: StopReason | null;
  /** The first reason wins. */
  request(reason: StopReason): void;
  /** Calls back when the attempt is to stop, at once if that was asked for already. */
  onRequest(stop: (reason: StopReason) => void): void;
};

export function createAttemptStop(): AttemptStop {
  let reason: StopReason | null = null;
  const listeners: ((reason: StopReason) => void)[] = [];
  return {
    get reason() {
      return reason;
    },
    request(asked) {
      if (reason !== null) return;
      reason = asked;
      for (const stop of listeners) stop(asked);
    },
    onRequest(stop) {
      if (reason === null) listeners.push(stop);
      else stop(reason);
    },
  };
}
