// Rows are broken by hand, in every way that a rule of a job's life names: a checker that never says anything proves nothing.
import { connectDatabase, type Database } from '@crafting-table/database/connect';
import {
  PLANTED_VIOLATIONS,
  plantViolation,
  type PlantedViolation,
} from '@crafting-table/database/stand-ins/planted-violations';
import { ended, logSays, queueJob, register } from '@crafting-table/e2e/farm-calls';
import { startFarm, type FarmUnderTest } from '@crafting-table/e2e/farm-under-test';
import { makeRepository } from '@crafting-table/e2e/git-fixture';
import { makeGate } from '@crafting-table/e2e/make-gate';
import { until } from '@crafting-table/e2e/until';
import type { Scenario, Trial } from '../scenario.ts';
import { watchInvariants } from '../watch-invariants.ts';

const SWEEP_SECS = 0.25;
/** As both config.ts have it; the passes take a moment too. */
const SLOW_SWEEP_SECS = 15 * SWEEP_SECS;
const PASSES_TAKE_SECS = 3;
const LOG_LINE = 'rows break an invariant';
const TALK = 'echo one; sleep 0.3; echo two';

/** A violation and the job in which it is planted. */
type Bed = { violation: PlantedViolation; jobId: string };

export const plantedViolation: Scenario = {
  name: 'planted-violation',
  title: 'rows are broken by hand, in every way that a rule names',
  backends: ['redis', 'postgres'],
  async run(trial) {
    // Not through the trial: its own watch would count what is planted here as promises that were broken.
    const farm = trial.use(
      await startFarm({
        backend: trial.backend,
        expectsTrouble: true,
        settings: {
          CRAFTING_CONCURRENCY: String(PLANTED_VIOLATIONS.filter(({ to }) => to === 'running').length),
          CRAFTING_SWEEP_SECS: String(SWEEP_SECS),
          CRAFTING_LEASE_SECS: '600', // No renewal mends what is planted.
          CRAFTING_RENEW_SECS: '300',
        },
      }),
    );
    const db = trial.use(connectDatabase({ url: farm.databaseUrl, poolSize: 2, name: 'chaos-plant' }));
    const beds = await prepareBeds(trial, farm);
    const watch = trial.use(watchInvariants(farm.databaseUrl));
    const calm = await readBroken(farm);
    trial.promise('a farm without a fault breaks no rule', `${calm.length} broken`, calm.length === 0);

    const secs: number[] = [];
    for (const planted of trial.isShort ? [beds] : beds.map((bed) => [bed])) {
      trial.stopping.throwIfAborted();
      secs.push(await plantAndSee(db, farm, planted));
      trial.tell(`${planted.map(({ violation }) => violation.how).join(', ')}: seen after ${secs.at(-1)} s`);
    }
    const slowest = Math.max(...secs);
    trial.promise(
      'GET /healthz names each rule that is broken and its job, within one slow sweep',
      `${beds.length} violations, seen after at most ${slowest} s of ${SLOW_SWEEP_SECS} s and the passes’ own time`,
      slowest <= SLOW_SWEEP_SECS + PASSES_TAKE_SECS * trial.patience,
    );
    await promiseLogLines(trial, farm, beds);
    const { violations } = await watch.end();
    const unseen = beds.filter(
      ({ violation, jobId }) => !violations.some((each) => isAbout(each, violation, jobId)),
    );
    trial.promise(
      'the watch of these scenarios sees each of them',
      [
        `${beds.length - unseen.length} of ${beds.length}`,
        ...unseen.map(({ violation }) => violation.how),
      ].join(', '),
      unseen.length === 0,
    );
    const member = await farm.mint('member');
    const { sweep } = await member.client.call('getHealth');
    trial.promise(
      'ids of jobs are told to admins only',
      `others see a count of ${sweep.invariant_violations}`,
      sweep.broken_rules === undefined && sweep.invariant_violations >= beds.length,
    );
  },
};

/** A job for each violation, in the state it takes. What runs fills all slots, so that what is queued stays so. */
async function prepareBeds(trial: Trial, farm: FarmUnderTest): Promise<Bed[]> {
  const repository = trial.use(await makeRepository());
  const gate = trial.use(await makeGate());
  const recipes = { passed: TALK, failed: `${TALK}; exit 1`, running: gate.recipe, queued: gate.recipe };
  const order = ['passed', 'failed', 'running', 'queued'] as const;
  const beds: Bed[] = [];
  for (const state of order) {
    const violations = PLANTED_VIOLATIONS.filter(({ to }) => to === state);
    const ids: string[] = [];
    for (const [index] of violations.entries()) {
      const project = `${state}-${index}`; // Of its own: one of the violations takes the project away.
      await register(farm.client, project, repository.url, { test: recipes[state] });
      ids.push(await queueJob(farm.client, project));
    }
    for (const id of ids) {
      if (state === 'running') await logSays(farm.client, id, 'ready');
      else if (state !== 'queued') await ended(farm.client, id);
    }
    beds.push(...violations.map((violation, index) => ({ violation, jobId: ids[index]! }))); // One for each.
  }
  return beds;
}

/** Seconds from the planting until an admin is told of all of it. */
async function plantAndSee(db: Database, farm: FarmUnderTest, planted: readonly Bed[]): Promise<number> {
  for (const { violation, jobId } of planted) await plantViolation(db, violation, jobId);
  const startedAt = performance.now();
  await until(
    'an admin is told of it',
    async () => {
      const broken = await readBroken(farm);
      return planted.every(({ violation, jobId }) =>
        broken.some(({ rule, job_ids }) => rule === violation.rule && job_ids.includes(jobId)),
      );
    },
    30_000,
  );
  return Number(((performance.now() - startedAt) / 1000).toFixed(1));
}

async function readBroken(farm: FarmUnderTest) {
  const { sweep } = await farm.client.call('getHealth');
  if (sweep.broken_rules === undefined) throw new Error('an admin is to be told which rules are broken');
  return sweep.broken_rules;
}

async function promiseLogLines(trial: Trial, farm: FarmUnderTest, beds: readonly Bed[]): Promise<void> {
  const untold = () => {
    const lines = [farm.api, ...farm.workers]
      .flatMap((each) => each.log().split('\n'))
      .filter((line) => line.includes(LOG_LINE));
    return beds.filter(
      ({ violation: { rule }, jobId }) =>
        !lines.some((line) => line.includes(JSON.stringify(rule)) && line.includes(jobId)),
    );
  };
  const withinMs = (SLOW_SWEEP_SECS + PASSES_TAKE_SECS * trial.patience) * 1000;
  await until('the log tells of all of it', () => untold().length === 0, withinMs).catch(() => {}); // Counted below.
  trial.promise(
    'a line in the log names each rule and its job',
    `${beds.length - untold().length} of ${beds.length}`,
    untold().length === 0,
  );
}

function isAbout(sighting: string, { rule }: PlantedViolation, jobId: string): boolean {
  return sighting.startsWith(`${rule}: ${jobId.slice(-4)} `);
}
