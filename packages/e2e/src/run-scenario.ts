// Runs one row of scenarios.ts on a farm, through nothing but its HTTP API, and compares what came of it.
import { expect } from 'vitest';
import type { Attempt, Job } from '@crafting-table/contracts/job';
import { ask } from './ask.ts';
import { ended, logSays, queueJob, register, type JobInput, type SubprojectInput } from './farm-calls.ts';
import type { FarmUnderTest } from './farm-under-test.ts';
import { makeRepository, type Files, type Repository } from './git-fixture.ts';
import { findRecipeProcesses } from './process-search.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

export type Scenario = {
  /** A sentence about behaviour. */
  name: string;
  /** The recipe. `$OUTSIDE` is a folder that belongs to no workspace. */
  recipe: string;
  subproject?: Partial<SubprojectInput>;
  job?: Partial<JobInput>;
  /** What the repository holds beside its README. */
  files?: Files;
  /** Done once the recipe has printed `ready`. */
  whileRunning?: (stage: Stage) => Promise<void>;
  expected: Pick<Job, 'status' | 'reason' | 'exit_code'> & {
    /** Null when not given. */
    detail?: RegExp;
    /** The whole log, or what it matches; bytes beyond text are written as latin1. */
    log?: string | RegExp;
    /** At most this long from the claim to the end. */
    withinMs?: number;
  };
  /** What else must be true afterwards. */
  afterwards?: (stage: Stage, outcome: Outcome) => Promise<void> | void;
};

/** The job of a row, and what was made for it. */
export type Stage = {
  farm: FarmUnderTest;
  project: string;
  jobId: string;
  repository: Repository;
  /** What the recipe knows as `$OUTSIDE`. */
  outside: string;
};

export type Outcome = { job: Job; attempts: Attempt[]; log: Buffer };
export type PlayedScenario = AsyncDisposable & { stage: Stage; outcome: Outcome };

const GONE_MS = 5_000;
const LOG_BYTES_COMPARED = 2_000;

/** Brings the row's job to its end, and sees that the end is one: no process of it is left. */
export async function playScenario(farm: FarmUnderTest, scenario: Scenario): Promise<PlayedScenario> {
  await using made = new AsyncDisposableStack();
  const repository = made.use(await makeRepository(scenario.files));
  const outside = made.use(await temporaryFolder('outside')).path;
  const project = scenario.name.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 100);
  await register(farm.client, project, repository.url, {
    test: scenario.recipe,
    ...scenario.subproject,
    env: { OUTSIDE: outside, ...scenario.subproject?.env },
  });
  const jobId = await queueJob(farm.client, project, scenario.job);
  const stage: Stage = { farm, project, jobId, repository, outside };
  if (scenario.whileRunning) {
    await logSays(farm.client, jobId, 'ready');
    await scenario.whileRunning(stage);
  }
  const { job, attempts } = await ended(farm.client, jobId);
  const log = (await ask(farm.baseUrl, `/jobs/${jobId}/log`, farm)).bytes;
  await until(
    'no process of the job is left',
    () => findRecipeProcesses([`.${jobId}.`]).length === 0,
    GONE_MS,
  );
  const kept = made.move();
  return {
    stage,
    outcome: { job, attempts, log },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** What `expected` is compared with. */
export function summarize({ job, log }: Outcome) {
  const { status, reason, exit_code, detail } = job;
  return {
    status,
    reason,
    exit_code,
    detail,
    log: log.toString('latin1', 0, LOG_BYTES_COMPARED),
    tookMs: tookMs(job),
  };
}

/** `expected` in the form of a summary. */
export function matcherOf({ status, reason, exit_code, detail, log, withinMs }: Scenario['expected']) {
  return {
    status,
    reason,
    exit_code,
    detail: detail ? expect.stringMatching(detail) : null,
    log: log instanceof RegExp ? expect.stringMatching(log) : (log ?? expect.any(String)),
    tookMs: expect.toSatisfy((took: number) => took < (withinMs ?? Infinity), `under ${withinMs} ms`),
  };
}

function tookMs({ claimed_at, finished_at }: Job): number {
  return Date.parse(finished_at ?? '') - Date.parse(claimed_at ?? '');
}
