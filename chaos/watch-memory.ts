import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export type MemoryWatch = AsyncDisposable & {
  /** From now on. */
  watch(process: { name: string; pid: number }): void;
  /** The most of each so far, in MB (1e6 bytes), by name. */
  peaks(): Map<string, number>;
};

const LOOK_EVERY_MS = 50;

/**
 * Watches how much memory of their own processes have (RssAnon of /proc/PID/status: what is neither shared nor a file, as
 * Node's own 50 MB program is). Linux only; elsewhere nothing is seen.
 */
export function watchMemory(): MemoryWatch {
  const processes: { name: string; pid: number }[] = [];
  const peaks = new Map<string, number>();
  const ending = new AbortController();
  const watching = (async () => {
    while (!ending.signal.aborted) {
      for (const { name, pid } of processes)
        peaks.set(name, Math.max(peaks.get(name) ?? 0, ownMegabytes(pid)));
      await delay(LOOK_EVERY_MS, undefined, { signal: ending.signal }).catch(() => {});
    }
  })();
  return {
    watch: (process) => void processes.push(process),
    peaks: () => peaks,
    async [Symbol.asyncDispose]() {
      ending.abort();
      await watching;
    },
  };
}

/** 0 for a process that is gone. */
function ownMegabytes(pid: number): number {
  try {
    const kibibytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return (Number(kibibytes ?? 0) * 1024) / 1e6;
  } catch {
    return 0;
  }
}
