import type { Figure } from './figure.ts';
import { acceptedPosts } from './figures/accepted-posts.ts';
import { bareFloors } from './figures/bare-floors.ts';
import { burstOnPostgres, burstOnRedis } from './figures/burst.ts';
import { findingsMemory } from './figures/findings-memory.ts';
import { findingsParse } from './figures/findings-parse.ts';
import { findingsStore } from './figures/findings-store.ts';
import { finishVisible } from './figures/finish-visible.ts';
import { idleMemory } from './figures/idle-memory.ts';
import { idleStart } from './figures/idle-start.ts';
import { largeRepository } from './figures/large-repository.ts';
import { listJobs } from './figures/list-jobs.ts';
import { liveTail } from './figures/live-tail.ts';
import { logPump } from './figures/log-pump.ts';
import { logSlowdown } from './figures/log-slowdown.ts';
import { manyDigests } from './figures/many-digests.ts';
import { secondStart } from './figures/second-start.ts';

/** In the order they are measured and told. */
export const FIGURES: readonly Figure[] = [
  bareFloors,
  idleStart,
  finishVisible,
  burstOnRedis,
  burstOnPostgres,
  acceptedPosts,
  logPump,
  logSlowdown,
  liveTail,
  largeRepository,
  findingsParse,
  findingsMemory,
  findingsStore,
  listJobs,
  manyDigests,
  idleMemory,
  secondStart,
];
