import type { ToolRun } from '@crafting-table/contracts/finding';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Database } from '../connect.ts';
import { cancelJob } from '../jobs/cancel-job.ts';
import { finishAttempt, type AttemptResult } from '../jobs/finish-attempt.ts';
import type { NewJob } from '../jobs/insert-jobs.ts';
import { retryJob } from '../jobs/retry-job.ts';
import type { ProjectRow } from '../projects.ts';
import {
  addJob,
  addProject,
  addRunningJob,
  claim,
  newJob,
  openFarmDatabase,
  passed,
} from '../stand-ins/farm-rows.ts';
import type { DigestFacts } from './facts.ts';
import type { FactsWanted } from './facts-wanted.ts';
import { loadFacts } from './load-facts.ts';

const FROM = new Date('2026-05-04T13:00:00Z');
const TO = new Date('2026-05-05T13:00:00Z');
const LONG_BEFORE = new Date('2026-04-20T13:00:00Z');
const BEFORE = new Date('2026-05-01T13:00:00Z');
const WITHIN = new Date('2026-05-05T03:00:00Z');
const AFTER = new Date('2026-05-06T03:00:00Z');
/** What a schedule says. */
const AUDIT = { recipe: 'audit', subproject: null, ref: null, tz: 'UTC' } as const;

test('findings are new, fixed, open or flaky, flaws first, then the worst, and what is nobody’s business is left out', async () => {
  await using farm = await openFarmDatabase();
  const { wanted, seriesId } = await begin(farm.db);
  const add = (fingerprint: string, values: object = {}) => track(farm.db, seriesId, fingerprint, values);
  await add('new-low', { severity: 'low' });
  await add('new-critical', { severity: 'critical' });
  await add('old', { first_at: BEFORE });
  await add('there-from-the-start', { since_first_run: true });
  await add('flaw-from-the-start', { since_first_run: true, kind: 'cve' });
  await add('later', { first_at: AFTER });
  await add('fixed', { first_at: BEFORE, is_open: false, closed_at: WITHIN });
  await add('fixed-long-ago', { first_at: BEFORE, is_open: false, closed_at: BEFORE });
  await add('flaky', { first_at: BEFORE, flaky_since: BEFORE });
  await add('suppressed', {
    data: JSON.stringify({
      message: 'x',
      suppressed: { by: 'source' },
      actionable: { yes: false, reasons: ['suppressed'] },
    }),
  });
  await add('accepted');
  await farm.db
    .insertInto('acceptances')
    .values({
      project_id: wanted.projectId,
      fingerprint: 'accepted',
      reason: 'so',
      author: 'ann',
      until: null,
      lifted_at: null,
    })
    .execute();
  const reopened = await add('came-back', { first_at: BEFORE, reopen_count: 1 });
  await farm.db
    .insertInto('finding_events')
    .values({ tracked_id: reopened, at: WITHIN, job_id: wanted.projectId, sha: 'a', event: 'reopened' })
    .execute();
  const { findings } = await factsOf(farm.db, wanted);
  expect(findings.map((each) => [each.class, each.total, each.message])).toEqual([
    ['fixed', 1, 'fixed'],
    ['flaky', 1, 'flaky'],
    ['new', 4, 'flaw-from-the-start'],
    ['new', 4, 'new-critical'],
    ['new', 4, 'came-back'],
    ['new', 4, 'new-low'],
    ['open', 2, 'old'],
    ['open', 2, 'there-from-the-start'],
  ]);
});

test('a finding that is back links to the job that saw it come back last, not to the first that ever saw it', async () => {
  await using farm = await openFarmDatabase();
  const { wanted, project, seriesId } = await begin(farm.db);
  const id = await track(farm.db, seriesId, 'back', { first_at: BEFORE, reopen_count: 3 });
  const jobs = Array.from({ length: 4 }, () => newJob(project));
  const times = [BEFORE, WITHIN, new Date(WITHIN.getTime() + 1), AFTER];
  const events = jobs.map((job, index) => ({
    tracked_id: id,
    at: times[index]!,
    job_id: job.id,
    sha: 'a',
    event: 'reopened' as const,
  }));
  await farm.db.insertInto('finding_events').values(events).execute();
  const { findings } = await factsOf(farm.db, wanted);
  expect(findings).toMatchObject([{ isBack: true, since: times[2], jobId: jobs[2]!.id }]);
});

test('the same finding on two branches says on which it is, but for the default branch', async () => {
  await using farm = await openFarmDatabase();
  const { wanted, seriesId } = await begin(farm.db);
  const values = {
    project_id: wanted.projectId,
    subproject: '.',
    recipe: 'lint',
    branch: 'release',
  } as const;
  const release = await farm.db
    .insertInto('series')
    .values({ ...values, head_sha: null, head_queued_at: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (const id of [seriesId, release.id]) await track(farm.db, id, 'same', {});
  const { findings } = await factsOf(farm.db, { ...wanted, branches: ['main', 'release'] });
  expect(findings.map(({ message, branch }) => [message, branch])).toEqual([
    ['same', null],
    ['same', 'release'],
  ]);
});

test('findings of a recipe or subproject that the project dropped do not stay open for ever', async () => {
  await using farm = await openFarmDatabase();
  const { wanted, seriesId } = await begin(farm.db);
  await track(farm.db, seriesId, 'old', { first_at: BEFORE });
  const declared = [{ subproject: '.', recipe: 'lint' as const }];
  expect((await factsOf(farm.db, { ...wanted, declared })).findings).toMatchObject([{ message: 'old' }]);
  for (const other of [
    { subproject: '.', recipe: 'test' as const },
    { subproject: 'tools', recipe: 'lint' as const },
  ])
    expect((await factsOf(farm.db, { ...wanted, declared: [other] })).findings).toEqual([]);
});

test('no more than fifty of a kind are given, and all are counted', async () => {
  await using farm = await openFarmDatabase();
  const { wanted, seriesId } = await begin(farm.db);
  for (let number = 0; number < 53; number++) await track(farm.db, seriesId, `finding-${number}`, {});
  const { findings } = await factsOf(farm.db, wanted);
  expect(findings).toHaveLength(50);
  expect(findings[0]).toMatchObject({ class: 'new', total: 53, hasFlaw: false, hasLint: true });
});

test('a flaw that is behind fifty worse findings of other kinds is told, and has its line', async () => {
  await using farm = await openFarmDatabase();
  const { wanted, seriesId } = await begin(farm.db);
  for (let number = 0; number < 51; number++)
    await track(farm.db, seriesId, `finding-${number}`, { severity: 'high' });
  await track(farm.db, seriesId, 'flaw', { kind: 'cve', severity: 'medium' });
  const { findings } = await factsOf(farm.db, wanted);
  expect(findings[0]).toMatchObject({ message: 'flaw', total: 52, hasFlaw: true });
});

test('recipes are told by their newest job, with how they ended before and what their tools said', async () => {
  await using farm = await openFarmDatabase();
  const { wanted, project } = await begin(farm.db);
  const run: ToolRun = {
    tool: 'pytest',
    completeness: 'complete',
    source: { artifact: 'log', format: 'junit' },
  };
  const end = (at: Date, values: Partial<AttemptResult>, ref = 'main') =>
    endJob(farm.db, project, at, values, { ref });
  await end(LONG_BEFORE, {});
  await end(BEFORE, { status: 'failed', exit_code: 1 });
  await end(WITHIN, { status: 'failed', exit_code: 2 });
  const lost = await end(WITHIN, { status: 'failed', reason: 'timeout', exit_code: null }, 'topic');
  const last = await end(new Date(WITHIN.getTime() + 1), { toolRuns: [run] });
  await end(AFTER, { status: 'failed', exit_code: 3 });
  await end(LONG_BEFORE, {}, 'release');
  await end(BEFORE, { status: 'failed', exit_code: 1 }, 'release');
  await end(WITHIN, { status: 'failed', exit_code: 1 }, 'release');
  const facts = await factsOf(farm.db, { ...wanted, branches: ['main', 'release'] });
  expect(facts.recipes).toMatchObject([
    {
      recipe: 'test',
      branch: 'main',
      ended: 2,
      failures: 1,
      failed: 1,
      failingSince: null,
      before: 'failed',
      last: { jobId: last, status: 'passed', exitCode: 0 },
      toolRuns: [run],
    },
    { recipe: 'test', branch: 'release', ended: 1, before: 'failed', failingSince: BEFORE },
  ]);
  expect(facts.broken).toMatchObject([{ jobId: lost, reason: 'timeout', total: 1 }]);
});

test('a recipe that failed before and was not asked again is not forgotten, unless its project dropped it', async () => {
  await using farm = await openFarmDatabase();
  const { wanted, project } = await begin(farm.db);
  const failed = { status: 'failed', exit_code: 1 } as const;
  const timeout = { status: 'failed', reason: 'timeout', exit_code: null } as const;
  const end = (at: Date, values: Partial<AttemptResult>, job: Partial<NewJob> = {}) =>
    endJob(farm.db, project, at, values, job);
  await end(LONG_BEFORE, failed, { recipe: 'build' });
  const newest = await end(BEFORE, { ...failed, exit_code: 2 }, { recipe: 'build' });
  await end(BEFORE, failed, { recipe: 'audit' }); // Not declared any more.
  await end(BEFORE, failed, { recipe: 'build', ref: 'topic' });
  await end(LONG_BEFORE, failed, { recipe: 'build', ref: 'release' });
  await end(BEFORE, {}, { recipe: 'build', ref: 'release' });
  await end(BEFORE, failed, { recipe: 'lint' });
  await end(WITHIN, failed, { recipe: 'lint' });
  const untimed = await end(BEFORE, failed);
  await end(WITHIN, timeout);
  await end(AFTER, {});
  const facts = await factsOf(farm.db, { ...wanted, branches: ['main', 'release'] });
  expect(facts.standing).toMatchObject([
    {
      recipe: 'build',
      branch: 'main',
      ended: 0,
      failingSince: LONG_BEFORE,
      last: { jobId: newest, reason: 'exit', exitCode: 2, at: BEFORE },
    },
    { recipe: 'test', failingSince: BEFORE, last: { jobId: untimed } },
  ]);
  expect(facts.recipes).toMatchObject([{ recipe: 'lint' }, { recipe: 'test', last: { reason: 'timeout' } }]);
});

describe('a job that somebody tries again', () => {
  const failed = { status: 'failed', exit_code: 1 } as const;
  const timeout = { status: 'failed', reason: 'timeout', exit_code: null } as const;
  const SHORTLY = new Date(WITHIN.getTime() + 60_000);

  test('and that passes now has recovered, and one that fails again fails since the first time', async () => {
    await using farm = await openFarmDatabase();
    const { wanted, project } = await begin(farm.db);
    const mended = await endJob(farm.db, project, BEFORE, failed);
    await tryAgain(farm.db, mended, WITHIN);
    const failing = await endJob(farm.db, project, BEFORE, failed, { recipe: 'lint' });
    await tryAgain(farm.db, failing, WITHIN, failed);
    const { recipes } = await factsOf(farm.db, wanted);
    expect(recipes).toMatchObject([
      { recipe: 'lint', ended: 1, before: 'failed', failingSince: BEFORE, last: { attempt: 2 } },
      { recipe: 'test', ended: 1, failed: 0, before: 'failed', last: { status: 'passed', attempt: 2 } },
    ]);
  });

  test('has failed before it passed, and was lost before it was not', async () => {
    await using farm = await openFarmDatabase();
    const { wanted, project } = await begin(farm.db);
    const mended = await endJob(farm.db, project, WITHIN, failed);
    await tryAgain(farm.db, mended, SHORTLY);
    const lost = await endJob(farm.db, project, WITHIN, timeout, { recipe: 'lint' });
    await tryAgain(farm.db, lost, SHORTLY);
    const facts = await factsOf(farm.db, wanted);
    expect(facts.recipes).toMatchObject([
      { recipe: 'lint', ended: 2, failed: 1, failures: 0, last: { status: 'passed' } },
      { recipe: 'test', ended: 2, failed: 1, failures: 1, last: { status: 'passed' } },
    ]);
    expect(facts.broken).toMatchObject([{ jobId: lost, reason: 'timeout', total: 1 }]);
  });

  test('after the end of the digest, or that still waits, is told as it was', async () => {
    await using farm = await openFarmDatabase();
    const { wanted, project } = await begin(farm.db);
    const late = await endJob(farm.db, project, WITHIN, failed);
    await tryAgain(farm.db, late, AFTER);
    const waiting = await endJob(farm.db, project, WITHIN, { ...failed, exit_code: 7 }, { recipe: 'lint' });
    await retryJob(farm.db, waiting);
    const { recipes } = await factsOf(farm.db, wanted);
    expect(recipes).toMatchObject([
      {
        recipe: 'lint',
        failures: 1,
        failingSince: WITHIN,
        last: { jobId: waiting, attempt: 1, exitCode: 7 },
      },
      { recipe: 'test', failures: 1, failingSince: WITHIN, last: { jobId: late, attempt: 1, findings: 0 } },
    ]);
  });

  test('by the farm itself, as its recipe asks, has not failed in between', async () => {
    await using farm = await openFarmDatabase();
    const { wanted, project } = await begin(farm.db);
    const snapshot = {
      ...newJob(project).recipe_snapshot,
      retry_on: ['timeout' as const],
    };
    const jobId = await endJob(farm.db, project, WITHIN, timeout, { recipe_snapshot: snapshot });
    await claim(farm.db, jobId);
    await endAttempt(farm.db, passed(jobId, { attempt: 2 }), SHORTLY);
    const facts = await factsOf(farm.db, wanted);
    expect(facts).toMatchObject({ recipes: [{ ended: 1, failed: 0 }], broken: [] });
  });

  test('is no firing of months ago that has not ended or was cancelled, but that of tonight has not ended', async () => {
    await using farm = await openFarmDatabase();
    const { wanted, project } = await begin(farm.db);
    const end = () => endJob(farm.db, project, LONG_BEFORE, {}, { recipe: 'audit' });
    const old = [await end(), await end(), await end()] as const;
    const [, running, cancelled] = old;
    for (const jobId of old) await retryJob(farm.db, jobId);
    await claim(farm.db, running);
    await cancelJob(farm.db, cancelled, 'not needed');
    await sql`update jobs set finished_at = ${WITHIN} where id = ${cancelled}`.execute(farm.db);
    const cancel = { status: 'cancelled', reason: 'cancelled', exit_code: null } as const;
    const tonight = await endJob(farm.db, project, WITHIN, cancel, { recipe: 'audit' });
    await retryJob(farm.db, tonight);
    await claim(farm.db, tonight);
    const fired = {
      ...AUDIT,
      project_id: wanted.projectId,
      schedule_key: 'a',
      late: false,
      missed: 0,
      refusal: null,
    };
    await farm.db
      .insertInto('firings')
      .values([
        ...old.map((jobId, index) => ({
          ...fired,
          local_minute: `2026-04-20T02:0${index}`,
          due_at: LONG_BEFORE,
          fired_at: LONG_BEFORE,
          job_ids: [jobId],
        })),
        { ...fired, local_minute: '2026-05-05T02:00', due_at: WITHIN, fired_at: WITHIN, job_ids: [tonight] },
      ])
      .execute();
    const { firings } = await factsOf(farm.db, wanted);
    expect(firings).toMatchObject([{ fate: 'running', jobId: tonight }]);
  });
});

test('firings that were late, missed or refused are told, and what has not begun, not ended or was cancelled', async () => {
  await using farm = await openFarmDatabase();
  const { wanted, project } = await begin(farm.db);
  const running = await addRunningJob(farm.db, project);
  const waiting = [await addJob(farm.db, project), await addJob(farm.db, project)];
  const cancelled = await addJob(farm.db, project, { recipe: 'audit' });
  await sql`update jobs set status = 'cancelled', reason = 'cancelled', finished_at = ${WITHIN} where id = ${cancelled}`.execute(
    farm.db,
  );
  const schedule = { ...AUDIT, project_id: wanted.projectId, enabled: true };
  const rows = [
    {
      ...schedule,
      id: '00000000-0000-7000-8000-0000000000a1',
      key: 'a',
      cron: '0 1 * * *',
      next_local: '2026-05-06T01:00',
      next_at: AFTER,
    },
    {
      ...schedule,
      id: '00000000-0000-7000-8000-0000000000a2',
      key: 'b',
      cron: '0 2 * * *',
      next_local: '2026-05-05T02:00',
      next_at: WITHIN,
    },
  ];
  await farm.db
    .insertInto('schedules')
    .values(rows.map((row) => ({ ...row, queue_incarnation: null })))
    .execute();
  const fired = {
    ...AUDIT,
    project_id: wanted.projectId,
    schedule_key: 'a',
    due_at: WITHIN,
    fired_at: WITHIN,
    late: false,
    missed: 0,
    refusal: null,
    job_ids: [],
  };
  await farm.db
    .insertInto('firings')
    .values([
      { ...fired, local_minute: '2026-05-05T01:00' },
      { ...fired, local_minute: '2026-05-05T02:00', late: true, missed: 3 },
      { ...fired, local_minute: '2026-04-20T02:10', job_ids: [cancelled], fired_at: LONG_BEFORE },
      { ...fired, local_minute: '2026-04-20T02:15', job_ids: [running], fired_at: LONG_BEFORE },
      { ...fired, local_minute: '2026-05-05T02:20', job_ids: [waiting[0]!] },
      { ...fired, local_minute: '2026-05-05T02:30', job_ids: [waiting[1]!], due_at: new Date(+WITHIN + 1) },
      { ...fired, local_minute: '2026-05-01T01:00', late: true, fired_at: BEFORE },
    ])
    .execute();
  const facts = await factsOf(farm.db, wanted);
  expect(facts.fired).toBe(4);
  expect(facts.firings).toMatchObject([
    { fate: 'cancelled', local: '2026-04-20T02:10', jobId: cancelled },
    { fate: 'made', local: '2026-05-05T02:00', late: true, missed: 3, jobId: null },
    { fate: 'running', local: '2026-04-20T02:15', count: 1, jobId: running },
    { fate: 'waiting', local: '2026-05-05T02:20', count: 2, jobId: waiting[0] },
    { fate: 'overdue', local: '2026-05-05T02:00', jobId: null },
  ]);
  expect(new Set(facts.firings.map(({ total }) => total))).toEqual(new Set([5]));
});

test('an audit that an outage put off until after the end of the digest is not passed over, nor are those it made up for', async () => {
  await using farm = await openFarmDatabase();
  const { wanted, project } = await begin(farm.db);
  const [late, hourly, punctual] = [
    await addJob(farm.db, project),
    await addJob(farm.db, project),
    await addJob(farm.db, project),
  ];
  const at = (minutes: number) => new Date(TO.getTime() + minutes * 60_000);
  const fired = { ...AUDIT, project_id: wanted.projectId, late: true, missed: 0, refusal: null };
  await farm.db
    .insertInto('firings')
    .values([
      {
        ...fired,
        schedule_key: 'a',
        local_minute: '2026-05-05T09:00',
        due_at: at(-240),
        fired_at: at(30),
        job_ids: [late],
      },
      {
        ...fired,
        schedule_key: 'b',
        local_minute: '2026-05-05T09:00',
        due_at: at(-240),
        fired_at: at(-240),
        late: false,
        job_ids: [],
      },
      {
        ...fired,
        schedule_key: 'b',
        local_minute: '2026-05-05T13:00',
        due_at: at(0),
        fired_at: at(30),
        missed: 3,
        job_ids: [hourly],
      },
      {
        ...fired,
        schedule_key: 'c',
        local_minute: '2026-05-05T12:00',
        due_at: at(-60),
        fired_at: at(-60),
        late: false,
        job_ids: [],
      },
      {
        ...fired,
        schedule_key: 'c',
        local_minute: '2026-05-05T15:00',
        due_at: at(120),
        fired_at: at(130),
        missed: 2,
        job_ids: [punctual],
      },
    ])
    .execute();
  const { firings } = await factsOf(farm.db, wanted);
  expect(firings).toMatchObject([
    { fate: 'overdue', local: '2026-05-05T09:00', late: true, missed: 0, jobId: late, at: at(-240) },
    { fate: 'overdue', local: '2026-05-05T13:00', late: true, missed: 3, jobId: hourly, at: at(-180) },
  ]);
});

/** Asked beside another project, which has none of it. */
async function factsOf(db: Database, wanted: FactsWanted): Promise<DigestFacts> {
  const other = await addProject(db);
  const [nothing, facts] = await loadFacts(db, [{ ...wanted, projectId: other.id }, wanted]);
  expect(nothing).toMatchObject({
    findings: [],
    recipes: [],
    standing: [],
    broken: [],
    firings: [],
    fired: 0,
  });
  return facts!; // As many as were wanted.
}

async function begin(db: Database) {
  const project = await addProject(db);
  const series = await db
    .insertInto('series')
    .values({
      project_id: project.id,
      subproject: '.',
      recipe: 'lint',
      branch: 'main',
      head_sha: null,
      head_queued_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const wanted: FactsWanted = {
    projectId: project.id,
    declared: (['build', 'lint', 'test'] as const).map((recipe) => ({ subproject: '.', recipe })),
    branches: ['main'],
    defaultBranch: 'main',
    date: '2026-05-05',
    from: FROM,
    to: TO,
  };
  return { project, wanted, seriesId: series.id };
}

/** A job that ended so at that time. Gives back its id. */
async function endJob(
  db: Database,
  project: ProjectRow,
  at: Date,
  values: Partial<AttemptResult>,
  job: Partial<NewJob> = {},
): Promise<string> {
  const jobId = await addRunningJob(db, project, job);
  await endAttempt(db, passed(jobId, values), at);
  return jobId;
}

/** By hand, and it ends so at that time. */
async function tryAgain(
  db: Database,
  jobId: string,
  at: Date,
  values: Partial<AttemptResult> = {},
): Promise<void> {
  await retryJob(db, jobId);
  await claim(db, jobId);
  await endAttempt(db, passed(jobId, { attempt: 2, ...values }), at);
}

/** Its series takes note of it, as of each attempt that is judged. */
async function endAttempt(db: Database, result: AttemptResult, at: Date): Promise<void> {
  const { jobId, attempt } = result;
  await finishAttempt(db, result);
  await sql`update jobs set finished_at = ${at} where id = ${jobId} and finished_at is not null`.execute(db);
  await sql`update attempts set finished_at = ${at} where job_id = ${jobId} and number = ${attempt}`.execute(
    db,
  );
  await sql`
    with named as (
      insert into series (project_id, subproject, recipe, branch)
      select project_id, subproject, recipe, ref from jobs where id = ${jobId}
      on conflict (project_id, subproject, recipe, branch) do update set version = series.version + 1 returning id)
    insert into series_runs (series_id, job_id, attempt, sha, at, complete_tools, inputs, summary)
    select id, ${jobId}, ${attempt}, 'a', ${at}, '{}', '{}', '{}' from named`.execute(db);
}

/** Gives back the id of the row. */
async function track(db: Database, seriesId: number, fingerprint: string, values: object): Promise<number> {
  const row = await db
    .insertInto('tracked_findings')
    .values({
      series_id: seriesId,
      fingerprint,
      is_open: true,
      finding_group: 'code',
      kind: 'lint',
      tool: 'cc',
      rule: null,
      path: null,
      line: null,
      line_hash: null,
      scope: null,
      template: fingerprint,
      severity: 'medium',
      native: [],
      first_sha: 'a',
      first_job_id: '00000000-0000-7000-8000-0000000000ff',
      first_at: WITHIN,
      since_first_run: false,
      closed_sha: null,
      closed_job_id: null,
      closed_at: null,
      reopened_sha: null,
      flaky_since: null,
      data: JSON.stringify({ message: fingerprint, actionable: { yes: true, reasons: [] } }),
      ...values,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}
