/** A clock that stood at `start` when it was opened: that of the database, which all processes share, without asking it each time. */
export function runningClock(start: Date): () => Date {
  const began = performance.now();
  return () => new Date(start.getTime() + performance.now() - began);
}
