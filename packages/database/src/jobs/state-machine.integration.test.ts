// A job's life as a model: whatever clients, workers, ghosts of workers and the sweep do, alone or at once, the rules of
// stand-ins/farm-state.ts hold after every step.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Database } from '../connect.ts';
import { deleteRemovedProjects, removeProject } from '../projects.ts';
import { addProject, openFarmDatabase, passed } from '../stand-ins/farm-rows.ts';
import {
  findBrokenPromises,
  findContradictions,
  observeFarm,
  type FarmState,
} from '../stand-ins/farm-state.ts';
import {
  ENDINGS,
  takeStep,
  VERB_WEIGHTS,
  type FarmUnderTest,
  type Step,
  type Verb,
} from '../stand-ins/farm-steps.ts';
import { finishAttempt } from './finish-attempt.ts';
import { connectLeases } from './renew-leases.ts';

/** To see a failure again, the seed that was printed goes here. */
const SEED = Date.now() % 2 ** 31;
const LIVES = 180;
const TURNS_MAX = 100;
const STEPS_MIN = 10_000;
/** A quarter of a minute on a quiet machine. */
const STEPS_MS = 300_000;

test(
  'no order of steps, alone or at once, breaks a rule of the life of a job',
  { timeout: STEPS_MS },
  async () => {
    await using farm = await openFarmDatabase(4);
    await using leases = connectLeases(farm.url, 20);
    let steps = 0;
    const life = fc.array(turnOf(stepOf()), { minLength: 1, maxLength: TURNS_MAX, size: 'max' });
    const property = fc.asyncProperty(life, async (turns) => {
      const projects = [await addProject(farm.db), await addProject(farm.db), await addProject(farm.db)];
      const underTest: FarmUnderTest = { db: farm.db, leases, projects, jobIds: [] };
      try {
        let state = await observeFarm(farm.db);
        for (const turn of turns) state = await takeTurn(underTest, turn, state);
        await removeEverything(underTest);
        expect(await observeFarm(farm.db)).toEqual({ projectIds: [], jobs: [], loose: 0 });
        steps += turns.flat().length;
      } finally {
        await wipe(farm.db); // What a failed life leaves must not fail the next, shorter one.
      }
    });
    console.log(`seed ${SEED}`);
    await fc.assert(property, { seed: SEED, numRuns: LIVES, plugins: [fc.unbiased()] });
    console.log(`${steps} steps`);
    expect(steps).toBeGreaterThan(STEPS_MIN);
  },
);

/** Most turns are one step, so that each answer can be foretold; some are two or three steps at once. */
function turnOf(step: fc.Arbitrary<Step>): fc.Arbitrary<Step[]> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.tuple(step) },
    { weight: 1, arbitrary: fc.array(step, { minLength: 2, maxLength: 3 }) },
  );
}

function stepOf(): fc.Arbitrary<Step> {
  const verbs = Object.entries(VERB_WEIGHTS) as [Verb, number][]; // The keys of a literal object are its verbs.
  return fc.record<Step>({
    verb: fc.oneof(...verbs.map(([verb, weight]) => ({ weight, arbitrary: fc.constant(verb) }))),
    actor: fc.constantFrom('holder', 'holder', 'ghost'),
    job: fc.nat(11),
    back: fc.integer({ min: -1, max: 2 }),
    project: fc.nat(2),
    ending: fc.constantFrom(...(Object.keys(ENDINGS) as (keyof typeof ENDINGS)[])), // As above.
    findings: fc.nat(2),
  });
}

async function takeTurn(farm: FarmUnderTest, turn: Step[], before: FarmState): Promise<FarmState> {
  const taken = await Promise.all(turn.map((step) => takeStep(farm, step, before)));
  const after = await observeFarm(farm.db);
  const retried = new Set(turn.flatMap(({ verb }, index) => (verb === 'retry' ? [taken[index]!.jobId] : [])));
  expect([...findContradictions(after), ...findBrokenPromises(before, after, retried)]).toEqual([]);
  if (taken.length > 1) return after;
  const { answer, foretold } = taken[0]!;
  expect(answer).toEqual(foretold);
  const allowed = NOTHING_DONE.has(answer) ? before : after;
  expect(after).toEqual(allowed);
  return after;
}

/** Answers that say of a step that it came too late, or at the wrong time. */
const NOTHING_DONE = new Set<unknown>([false, 0, 'over', 'finished']);

/** What is left in the end must all go by the usual ways, as it does when people remove their projects. */
async function removeEverything({ db, projects }: FarmUnderTest): Promise<void> {
  for (const project of projects) await removeProject(db, project.id);
  for (const job of runningIn(await observeFarm(db))) await finishAttempt(db, job);
  for (let pass = 0; pass < 3; pass++) await deleteRemovedProjects(db);
}

async function wipe(db: Database): Promise<void> {
  await db.deleteFrom('jobs').execute();
  await db.deleteFrom('projects').execute();
}

function runningIn(state: FarmState) {
  return state.jobs
    .filter((job) => job.status === 'running')
    .map((job) => passed(job.id, { attempt: job.attempt }));
}
