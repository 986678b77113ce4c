import type { Bench } from '../../figure.ts';
import { startSideProcess } from '../../side-process.ts';

/** `of`: what is read. */
export type ParsingQuestion =
  | { task: 'speed'; of: Reading; bytes: number }
  | { task: 'memory'; bytes: number };
export type Reading =
  | 'plain log'
  | 'log with diagnostics'
  | 'diagnostics alone'
  | 'cargo JSON'
  | 'JUnit'
  | 'SARIF'
  | 'eslint JSON';

/** Both in MB/s of one thread's processor time, the best of a few rounds. */
export type Speed = { parsed: number; floor: number };
/** Resident set in MB, of a process that does nothing else. */
export type Memory = { peak: number; growth: number };

/** Parsers in a process of their own, as a worker has them in a thread of their own. */
export async function startParsing(bench: Bench) {
  const side = bench.own(await startSideProcess<ParsingQuestion, Speed | Memory>('./load/parsing/main.ts'));
  return {
    speed: (of: Reading, bytes: number) => side.ask({ task: 'speed', of, bytes }) as Promise<Speed>, // By the task.
    memory: (bytes: number) => side.ask({ task: 'memory', bytes }) as Promise<Memory>, // By the task.
  };
}
