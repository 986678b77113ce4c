import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench, Figure, Row } from './figure.ts';

export type Outcome =
  | { kind: 'measured'; figure: Figure; rows: Row[] }
  /** For people: what went wrong. The other figures are measured all the same. */
  | { kind: 'failed'; figure: Figure; why: string };

/** With a folder and processes of its own, which are gone afterwards. */
export type MeasureOptions = Pick<Bench, 'stores' | 'isQuick' | 'tellsCpu' | 'tell'> & {
  folder: string;
  stopping: AbortSignal;
};

const FIGURE_MS = 90_000;

/** Measures one figure within a bounded time. @throws when it was told to stop. */
export async function measureFigure(figure: Figure, options: MeasureOptions): Promise<Outcome> {
  const { stopping, ...given } = options;
  const folder = join(given.folder, figure.name);
  await mkdir(folder);
  await using started = new AsyncDisposableStack();
  const bench: Bench = { ...given, folder, own: (thing) => started.use(thing) };
  const limitMs = figure.limitMs ?? FIGURE_MS;
  const giveUp = AbortSignal.any([stopping, AbortSignal.timeout(limitMs)]);
  try {
    return { kind: 'measured', figure, rows: await orAborted(figure.measure(bench), giveUp) };
  } catch (fault) {
    stopping.throwIfAborted();
    return { kind: 'failed', figure, why: explain(fault, limitMs) };
  }
}

/** What goes on after an abort fails soon, as the processes it talks to are ended; nobody listens to it any more. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  promise.catch(() => {});
  work.catch(() => {});
  if (signal.aborted) abort();
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', abort));
}

function explain(fault: unknown, limitMs: number): string {
  if (!(fault instanceof Error)) return String(fault);
  if (fault.name === 'TimeoutError') return `not done within ${limitMs / 1000} s`;
  return fault.stack ?? fault.message;
}
