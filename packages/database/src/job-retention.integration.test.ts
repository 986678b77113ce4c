import { expect, test } from 'vitest';
import { sql } from 'kysely';
import { findOldFindings, removeFindings } from './finding-retention.ts';
import { listFindings } from './findings.ts';
import { checkInvariants } from './invariants/check-invariants.ts';
import { findOldJobs, forgetRunsOfRemovedJobs, removeJobs } from './job-retention.ts';
import { listAttempts } from './jobs/find-job.ts';
import { finishAttempt } from './jobs/finish-attempt.ts';
import { retryJob } from './jobs/retry-job.ts';
import type { ProjectRow } from './projects.ts';
import type { Amount } from './retention-limits.ts';
import {
  addProject,
  addRunningJob,
  claim,
  openFarmDatabase,
  passed,
  type FarmDatabase,
} from './stand-ins/farm-rows.ts';
import { addDailyJobs } from './stand-ins/old-rows.ts';

type Db = FarmDatabase['db'];

const KEEP_ALL = {
  job_days: 0,
  job_count: 100,
  job_count_total: 100,
  findings_days: 0,
  findings_count: 1000,
  findings_bytes: 1e9,
  findings_bytes_total: 1e9,
};

async function jobsLeft(db: Db): Promise<string[]> {
  return (await db.selectFrom('jobs').select('id').orderBy('id').execute()).map(({ id }) => id);
}

async function countGone(removing: Promise<Amount[]>): Promise<number> {
  return (await removing).reduce((sum, { count }) => sum + count, 0);
}

async function trackFinding(
  db: Db,
  seriesId: number,
  { fingerprint, isOpen, jobId }: { fingerprint: string; isOpen: boolean; jobId: string },
): Promise<void> {
  await sql`
    insert into tracked_findings (series_id, fingerprint, is_open, finding_group, kind, tool, template, severity, native,
      first_sha, first_job_id, since_first_run, data)
    values (${seriesId}, ${fingerprint}, ${isOpen}, 'code', 'lint', 'cc', 't', 'low', '{}', 'c0ffee', ${jobId}, true, '{}')`.execute(
    db,
  );
}

/** A series of the project in which each of these jobs was judged, in this order. */
async function addSeries(db: Db, project: ProjectRow, branch: string, jobIds: string[]): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into series (project_id, subproject, recipe, branch) values (${project.id}, '.', 'test', ${branch})
    returning id`.execute(db);
  const { id } = rows[0]!;
  await sql`
    insert into series_runs (series_id, job_id, attempt, sha, at, complete_tools, inputs, summary)
    select ${id}, job_id, 1, 'c0ffee' || place, now() + make_interval(secs => place), '{}', '{}', '{}'
    from unnest(${jobIds}::uuid[]) with ordinality as run (job_id, place)`.execute(db);
  return id;
}

test.each([
  ['age', { ...KEEP_ALL, job_days: 2.5 }, 3],
  ['count', { ...KEEP_ALL, job_count: 2 }, 2],
  ['count of the whole farm', { ...KEEP_ALL, job_count_total: 4 }, 4],
  ['nothing', KEEP_ALL, 6],
])('jobs beyond the limit of %s go with all that hangs on them', async (_, keep, kept) => {
  await using farm = await openFarmDatabase();
  const ids = await addDailyJobs(farm.db, await addProject(farm.db), 6);
  expect(await countGone(removeJobs(farm.db, await findOldJobs(farm.db, keep)))).toBe(6 - kept);
  expect(await jobsLeft(farm.db)).toEqual(ids.slice(6 - kept));
  expect(await farm.db.selectFrom('findings').selectAll().execute()).toHaveLength(2 * kept);
  expect(await findOldJobs(farm.db, keep)).toEqual([]);
});

test('a project keeps what it says for itself, and projects do not count against each other', async () => {
  await using farm = await openFarmDatabase();
  const thrifty = await addProject(farm.db, { retention: { job_count: 1 } });
  const [ofThrifty] = [
    await addDailyJobs(farm.db, thrifty, 3),
    await addDailyJobs(farm.db, await addProject(farm.db), 3),
  ];
  const old = await findOldJobs(farm.db, { ...KEEP_ALL, job_count: 3 });
  expect(old.map(({ id }) => id)).toEqual(ofThrifty.slice(0, 2));
  expect(await findOldJobs(farm.db, { ...KEEP_ALL, job_count: 1 }, thrifty.id)).toHaveLength(2);
});

test('a job that runs, waits, or is queued again meanwhile stays', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  const ids = await addDailyJobs(farm.db, project, 3);
  const running = await addRunningJob(farm.db, project);
  const old = await findOldJobs(farm.db, { ...KEEP_ALL, job_count: 1 });
  expect(old.map(({ id }) => id)).toEqual(ids.slice(0, 2));
  await retryJob(farm.db, ids[0]!);
  expect(await removeJobs(farm.db, old)).toEqual([{ project: project.name, count: 1, bytes: null }]);
  expect(await jobsLeft(farm.db)).toEqual([ids[0], ids[2], running]);
});

test('a job that was tried again since it was found old is not removed with the new result', async () => {
  await using farm = await openFarmDatabase();
  const ids = await addDailyJobs(farm.db, await addProject(farm.db), 2);
  const old = await findOldJobs(farm.db, { ...KEEP_ALL, job_count: 1 });
  await retryJob(farm.db, ids[0]!);
  await claim(farm.db, ids[0]!);
  await finishAttempt(farm.db, passed(ids[0]!, { attempt: 2 }));
  expect(await removeJobs(farm.db, old)).toEqual([]);
  expect(await jobsLeft(farm.db)).toEqual(ids);
});

test('a job that a series is compared with, or that first had a finding that is still open, is never removed', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  const ids = await addDailyJobs(farm.db, project, 6);
  const [firstOpen, firstClosed, onBranch, newestOnBranch, onMain] = ids;
  await addSeries(farm.db, project, 'feature', [onBranch!, newestOnBranch!]);
  const main = await addSeries(farm.db, project, project.default_branch, [onMain!]);
  await trackFinding(farm.db, main, { fingerprint: 'a', isOpen: true, jobId: firstOpen! });
  await trackFinding(farm.db, main, { fingerprint: 'b', isOpen: false, jobId: firstClosed! });
  const strict = { ...KEEP_ALL, job_days: 0.01, job_count: 1, findings_days: 0.01, findings_count: 1 };
  expect((await findOldFindings(farm.db, strict)).map(({ jobId }) => jobId)).toEqual([
    firstClosed,
    onBranch,
    ids[5],
  ]);
  const old = await findOldJobs(farm.db, strict);
  expect(old.map(({ id }) => id)).toEqual([firstClosed, onBranch]);
  await removeJobs(farm.db, old);
  await forgetRunsOfRemovedJobs(farm.db);
  const runs = await farm.db.selectFrom('series_runs').select('job_id').orderBy('job_id').execute();
  expect(runs.map(({ job_id }) => job_id)).toEqual([newestOnBranch, onMain]);
});

test('a job whose finding was opened again since it was found old is removed no more, nor are its findings', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  const ids = await addDailyJobs(farm.db, project, 4);
  const main = await addSeries(farm.db, project, project.default_branch, [ids[3]!]);
  await trackFinding(farm.db, main, { fingerprint: 'a', isOpen: false, jobId: ids[0]! });
  const keep = { ...KEEP_ALL, job_count: 1, findings_days: 0.01 };
  const [jobs, findings] = [await findOldJobs(farm.db, keep), await findOldFindings(farm.db, keep)];
  expect([jobs[0]?.id, findings[0]?.jobId]).toEqual([ids[0], ids[0]]);
  await sql`update tracked_findings set is_open = true`.execute(farm.db);
  expect(await removeFindings(farm.db, findings)).toMatchObject([{ project: project.name, count: 4 }]);
  expect(await countGone(removeJobs(farm.db, jobs))).toBe(2);
  expect(await jobsLeft(farm.db)).toEqual([ids[0], ids[3]]);
  expect(await listFindings(farm.db, { jobId: ids[0]!, attempt: 1, after: 0, limit: 9 })).toHaveLength(2);
  expect(await listAttempts(farm.db, ids[0]!)).toMatchObject([{ findings_removed_at: null }]);
});

test('a job that has come to be the newest of a branch since it was found old is removed no more', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  const ids = await addDailyJobs(farm.db, project, 3);
  const old = await findOldJobs(farm.db, { ...KEEP_ALL, job_count: 1 });
  await addSeries(farm.db, project, 'feature', [ids[0]!, ids[1]!]);
  expect(await countGone(removeJobs(farm.db, old))).toBe(1);
  expect(await jobsLeft(farm.db)).toEqual([ids[1], ids[2]]);
});

test('the newest job at the head of a branch is never removed, also when an older commit was tried again since', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  const ids = await addDailyJobs(farm.db, project, 5);
  const series = await addSeries(farm.db, project, 'feature', ids.slice(0, 4));
  await sql`update series set head_sha = 'c0ffee2' where id = ${series}`.execute(farm.db);
  await sql`update series_runs set sha = 'c0ffee2' where job_id = ${ids[2]}`.execute(farm.db);
  const old = await findOldJobs(farm.db, { ...KEEP_ALL, job_count: 1 });
  expect(old.map(({ id }) => id)).toEqual([ids[0], ids[1]]);
});

test.each([
  ['age', () => ({ findings_days: 1.5 })],
  ['count', () => ({ findings_count: 5 })],
  ['bytes', (ofJob: number) => ({ findings_bytes: 2.5 * ofJob })],
  ['bytes of the whole farm', (ofJob: number) => ({ findings_bytes_total: 2.5 * ofJob })],
])('findings beyond the limit of %s go, their job stays with its count and says so', async (_, limit) => {
  await using farm = await openFarmDatabase();
  const ids = await addDailyJobs(farm.db, await addProject(farm.db), 4);
  const [first] = await findOldFindings(farm.db, { ...KEEP_ALL, findings_bytes: 0 });
  expect(first!.bytes).toBeGreaterThan(100);
  const keep = { ...KEEP_ALL, ...limit(first!.bytes) };
  const old = await findOldFindings(farm.db, keep);
  expect(old).toMatchObject([
    { jobId: ids[0], count: 2, bytes: first!.bytes },
    { jobId: ids[1], count: 2 },
  ]);
  const gone = await removeFindings(farm.db, old);
  expect(gone).toMatchObject([{ count: 4, bytes: old[0]!.bytes + old[1]!.bytes }]);
  expect(await findOldFindings(farm.db, keep)).toEqual([]);
  expect(await listFindings(farm.db, { jobId: ids[1]!, attempt: 1, after: 0, limit: 9 })).toEqual([]);
  expect(await listAttempts(farm.db, ids[1]!)).toMatchObject([{ findings_removed_at: expect.any(Date) }]);
  expect(await listAttempts(farm.db, ids[2]!)).toMatchObject([{ findings_removed_at: null }]);
  expect(await checkInvariants(farm.db)).toEqual([]);
});
