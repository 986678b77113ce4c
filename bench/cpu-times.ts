// Processor time of processes and of everything they started, from /proc (proc_pid_stat(5)). Linux only.
import { readdirSync, readFileSync } from 'node:fs';
import type { BenchFarm } from './farm.ts';
import type { Bench } from './figure.ts';
import type { MeasuredProcess } from './stores.ts';

const TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux that Node runs on.

/** Tells, when the figures were asked to, what each process took from here to the call of what is given back. */
export function watchCpu(bench: Bench, farm: BenchFarm, others: MeasuredProcess[] = []): () => void {
  if (!bench.tellsCpu || process.platform !== 'linux') return () => {};
  const watched = [farm.api, ...farm.workers, ...bench.stores.processes, ...others];
  const own = { name: 'bench itself', pid: process.pid };
  const read = () => [
    ...watched.map(({ name, pid }) => ({ name, seconds: treeSeconds(pid) })),
    { name: own.name, seconds: ownSeconds(own.pid) },
  ];
  const before = read();
  return () => {
    const used = read().map(
      ({ name, seconds }, index) => `${name} ${(seconds - before[index]!.seconds).toFixed(2)} s`,
    );
    bench.tell(`processor time: ${used.join(', ')}`);
  };
}

type Stat = { pid: number; parent: number; ownTicks: number; collectedTicks: number };

/** Of the process, what lives below it, and what below it has ended and was waited for. */
function treeSeconds(root: number): number {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)));
  const tree = new Set([root]);
  for (let before = 0; before !== tree.size;) {
    before = tree.size;
    for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
  }
  const members = all.filter(({ pid }) => tree.has(pid));
  const ticks = members.reduce((sum, { ownTicks, collectedTicks }) => sum + ownTicks + collectedTicks, 0);
  return ticks / TICKS_PER_SECOND;
}

function ownSeconds(pid: number): number {
  return (readStat(pid)[0]?.ownTicks ?? 0) / TICKS_PER_SECOND;
}

/** None when the process has ended meanwhile. */
function readStat(pid: number): Stat[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in parentheses and may hold anything; after it come state, parent and numbers.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent, user, system, collectedUser, collectedSystem] = [1, 11, 12, 13, 14].map(
      (at) => fields[at] ?? 0,
    );
    return [
      { pid, parent: parent!, ownTicks: user! + system!, collectedTicks: collectedUser! + collectedSystem! },
    ];
  } catch {
    return [];
  }
}
