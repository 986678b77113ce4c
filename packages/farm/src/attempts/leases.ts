/** What a holder may be told while it works. */
export type HoldEvents = {
  /** The attempt is over in Postgres: somebody else ended it. Its processes must go. */
  onLost: () => void;
  onCancel: () => void;
};

/** Keeps the leases of this worker's attempts, from a place that its main thread's work cannot block. */
export type Leases = {
  /** From here to the disposal the lease of the attempt is renewed. */
  hold(attempt: { jobId: string; attempt: number }, events: HoldEvents): Disposable;
};
