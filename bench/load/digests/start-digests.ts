import type { Bench } from '../../figure.ts';
import { startSideProcess } from '../../side-process.ts';

export type DigestsQuestion = { databaseUrl: string; due: string };
export type DigestsAnswer = {
  made: number;
  composeSecs: number;
  renderSecs: number;
  /** Of text and page of all of them. */
  bytes: number;
  /** Processor time of this process. */
  cpuSecs: number;
  /** Resident set in MB: what it grew by, and what of it after half of the time. */
  grown: number;
  grownLate: number;
};

/** The morning's digests in a process with nothing else in it, with the memory settings of the farm's own processes. */
export async function startDigests(bench: Bench) {
  const entry = './load/digests/main.ts';
  return bench.own(await startSideProcess<DigestsQuestion, DigestsAnswer>(entry, { asInFarm: true }));
}
