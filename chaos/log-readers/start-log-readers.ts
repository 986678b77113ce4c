// Readers of one job's live log, in a process of their own: a reader in this one would wait for whatever else it does, and its
// delay would be ours.
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { spawnBound, stopChild } from '@crafting-table/dev-services/bound-child';
import { searchPath } from '@crafting-table/dev-services/config';

export type ReadingOrder = {
  baseUrl: string;
  bearer: string;
  jobId: string;
  readers: number;
  /** How much each takes off its connection; null: whatever comes. */
  bytesPerSecond: number | null;
};

/** What one reader got. */
export type Reading = {
  textBytes: number;
  /** SHA-256 of the text as UTF-8, in hex. */
  sha256: string;
  gapBytes: number;
  gaps: number;
  /** Milliseconds from each stamped line's printing to its arrival, in the order of the lines. */
  delays: number[];
  /** Whether it was told the job's end. */
  hasEnded: boolean;
};

export type LogReaders = AsyncDisposable & {
  /** Resolves when every reader was told of the end. */
  ended: Promise<Reading[]>;
  /** What every reader has got by now; they go on. */
  look(): Promise<Reading[]>;
};

/** Resolves once every reader has its answer's header. */
export async function startLogReaders(order: ReadingOrder): Promise<LogReaders> {
  const child = spawnBound({
    command: process.execPath,
    args: [fileURLToPath(new URL('main.ts', import.meta.url))],
    deathSignal: 'SIGTERM',
    env: { PATH: searchPath() },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(child, 'spawn');
  const gone = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`The log's readers ended with ${signal ?? `exit code ${code}`}`);
  });
  gone.catch(() => {}); // An end while nobody waits is what disposal leads to.
  const hear = <Kind extends Told['kind']>(kind: Kind) => {
    const { promise, resolve } = Promise.withResolvers<Extract<Told, { kind: Kind }>>();
    const listen = (told: Told) => {
      if (told.kind !== kind) return;
      child.off('message', listen);
      resolve(told as Extract<Told, { kind: Kind }>); // Its kind was just compared.
    };
    child.on('message', listen);
    return Promise.race([promise, gone]);
  };
  const ended = hear('ended').then(({ readings }) => readings);
  ended.catch(() => {}); // For whoever asks; a trial that is stopped does not.
  const begun = hear('begun');
  child.send(order);
  await begun;
  return {
    ended,
    async look() {
      const seen = hear('seen');
      child.send('look');
      return (await seen).readings;
    },
    [Symbol.asyncDispose]: () => stopChild(child, [{ signal: 'SIGTERM', waitMs: 2_000 }]),
  };
}

/** What the process of the readers says. */
export type Told =
  | { kind: 'begun' }
  | { kind: 'seen'; readings: Reading[] }
  | { kind: 'ended'; readings: Reading[] };
