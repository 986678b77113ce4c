// For tests only: what a piece of work cost, whatever else the machine is doing.

/** Milliseconds of the processor that this thread took for it. */
export function measureCpuMs(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
