// Workers of a farm that are killed and frozen at random, as if their hosts were the worst there are.
import { setTimeout as delay } from 'node:timers/promises';
import type { FarmUnderTest, Worker } from '@crafting-table/e2e/farm-under-test';
import { draw } from '@crafting-table/e2e/seeded-random';
import type { Trial } from './scenario.ts';

export type StormLimits = {
  workers: number;
  lengthMs: number;
  /** From one kill to the next. */
  killEveryMs: number;
  freezeEveryMs: number;
  /** The longest time that a worker stays frozen; the shortest is a tenth of it. */
  frozenMsMax: number;
};

export type StormReport = {
  kills: number;
  freezes: number;
  /** By performance.now(). */
  lastKillAt: number;
  /** Data folders that no worker has any more. */
  orphaned: string[];
};

/** How often the worker that replaces a killed one is started on its data folder. */
const HEIR_SHARE = 0.5;

/** Keeps up that many workers and makes trouble for them. None is frozen when it resolves. */
export async function raiseStorm(
  trial: Trial,
  farm: FarmUnderTest,
  limits: StormLimits,
): Promise<StormReport> {
  const over = AbortSignal.any([trial.stopping, AbortSignal.timeout(limits.lengthMs)]);
  const report: StormReport = { kills: 0, freezes: 0, lastKillAt: 0, orphaned: [] };
  const thawing = new Map<Worker, Promise<void>>();
  const starting = new Set<Promise<unknown>>();

  const kill = async () => {
    const candidates = living(farm);
    const victim = draw(candidates, trial.random);
    if (victim === undefined || candidates.length <= limits.workers / 2) return; // A storm, not the end of the world.
    await victim.kill('SIGKILL');
    report.kills += 1;
    report.lastKillAt = performance.now();
    const inherits = trial.random() < HEIR_SHARE;
    if (!inherits) report.orphaned.push(victim.dataDir);
    const start = farm.addWorker(inherits ? { CRAFTING_DATA_DIR: victim.dataDir } : {});
    start.catch(() => {}); // It is told where all are awaited.
    starting.add(start);
    trial.tell(`${report.kills} killed, ${report.freezes} frozen, ${living(farm).length} alive`);
  };
  const freeze = async () => {
    const victim = draw(
      living(farm).filter((worker) => !thawing.has(worker)),
      trial.random,
    );
    if (victim === undefined) return;
    const frozenMs = limits.frozenMsMax * (0.1 + 0.9 * trial.random());
    await victim.kill('SIGSTOP');
    report.freezes += 1;
    const thaw = delay(frozenMs, undefined, { signal: over })
      .catch(() => {}) // It thaws when the storm is over at the latest.
      .then(() => victim.kill('SIGCONT'))
      .finally(() => thawing.delete(victim));
    thawing.set(victim, thaw);
  };
  try {
    await Promise.all([again(kill, limits.killEveryMs, over), again(freeze, limits.freezeEveryMs, over)]);
  } finally {
    await Promise.all([...thawing.values(), ...starting]);
  }
  return report;
}

export function living(farm: FarmUnderTest): Worker[] {
  return farm.workers.filter((worker) => !worker.hasEnded());
}

async function again(act: () => Promise<void>, pauseMs: number, over: AbortSignal): Promise<void> {
  for (;;) {
    await delay(pauseMs, undefined, { signal: over }).catch(() => {});
    if (over.aborted) return;
    await act();
  }
}
