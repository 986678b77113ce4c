import type { Scenario } from './scenario.ts';
import { cutOffWorker } from './scenarios/cut-off-worker.ts';
import { fairness } from './scenarios/fairness.ts';
import { fullDisk } from './scenarios/full-disk.ts';
import { killStorm } from './scenarios/kill-storm.ts';
import { hydra } from './scenarios/hydra.ts';
import { lateGhost } from './scenarios/late-ghost.ts';
import { logTorture } from './scenarios/log-torture.ts';
import { plantedViolation } from './scenarios/planted-violation.ts';
import { postgresOutages } from './scenarios/postgres-outages.ts';
import { redisOutages } from './scenarios/redis-outages.ts';
import { upgradeAndDrain } from './scenarios/upgrade-and-drain.ts';
import { worktreeRace } from './scenarios/worktree-race.ts';

/** In the order they run. */
export const SCENARIOS: readonly Scenario[] = [
  killStorm,
  lateGhost,
  redisOutages,
  postgresOutages,
  hydra,
  cutOffWorker,
  logTorture,
  worktreeRace,
  fairness,
  fullDisk,
  upgradeAndDrain,
  plantedViolation,
];
