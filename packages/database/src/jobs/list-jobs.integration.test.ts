import { JOB_STATUSES, RECIPES, type JobStatus, type Recipe } from '@crafting-table/contracts/words';
import * as fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Database } from '../connect.ts';
import { removeProject, type ProjectRow } from '../projects.ts';
import { addProject, newJob, openFarmDatabase } from '../stand-ins/farm-rows.ts';
import { insertJobs } from './insert-jobs.ts';
import { listJobs, type JobFilter } from './list-jobs.ts';

type Row = { id: string; project: ProjectRow; recipe: Recipe; status: JobStatus };

test('every filter, walked page by page, finds what a look at each row finds', async () => {
  await using farm = await openFarmDatabase();
  const { projects, rows } = await addRandomJobs(farm.db, 300);
  const gone = projects.at(-1)!;
  await sql`update projects set removed_at = now() where id = ${gone.id}`.execute(farm.db);
  const optional = <T>(...values: T[]) => fc.constantFrom(null, ...values);
  const filters = fc.record({
    owner: optional('alice', 'bob', 'nobody'),
    projectId: optional(...projects.map((project) => project.id)),
    status: optional(...JOB_STATUSES),
    recipe: optional(...RECIPES),
    limit: fc.integer({ min: 1, max: 40 }),
  });
  await fc.assert(
    fc.asyncProperty(filters, async (filter) => {
      const expected = rows.filter((row) => row.project !== gone && fits(row, filter));
      const walked = await walk(farm.db, filter);
      expect(walked).toEqual(expected.map((row) => row.id).toReversed());
    }),
    { numRuns: 120 },
  );
});

test('jobs of a removed project do not cut the pages of the others short', async () => {
  await using farm = await openFarmDatabase();
  const [kept, gone] = [await addProject(farm.db), await addProject(farm.db)];
  const old = newJob(kept);
  await insertJobs(farm.db, [old]);
  await insertJobs(
    farm.db,
    Array.from({ length: 20 }, () => newJob(gone)),
  );
  await removeProject(farm.db, gone.id);
  const filter = { owner: 'alice', projectId: null, status: null, recipe: null, limit: 5, before: null };
  expect((await listJobs(farm.db, filter)).map((row) => row.id)).toEqual([old.id]);
  expect(await listJobs(farm.db, { ...filter, projectId: gone.id })).toEqual([]);
});

/** Jobs in the order of their ids. */
async function addRandomJobs(db: Database, count: number): Promise<{ projects: ProjectRow[]; rows: Row[] }> {
  const owners = ['alice', 'bob', 'alice', 'bob'];
  const projects = await Promise.all(owners.map((owner) => addProject(db, { owner })));
  const row = fc.record({
    project: fc.constantFrom(...projects),
    recipe: fc.constantFrom(...RECIPES),
    status: fc.constantFrom(...JOB_STATUSES),
  });
  const rows: Row[] = [];
  for (const values of fc.sample(row, count)) {
    const job = newJob(values.project, { recipe: values.recipe });
    await insertJobs(db, [job]);
    rows.push({ ...values, id: job.id });
  }
  for (const status of JOB_STATUSES) {
    const ids = rows.filter((row) => row.status === status).map((row) => row.id);
    await sql`update jobs set status = ${status} where id = any(${ids}::uuid[])`.execute(db);
  }
  return { projects, rows };
}

function fits(row: Row, filter: Omit<JobFilter, 'before'>): boolean {
  return (
    (filter.owner === null || row.project.owner === filter.owner) &&
    (filter.projectId === null || row.project.id === filter.projectId) &&
    (filter.status === null || row.status === filter.status) &&
    (filter.recipe === null || row.recipe === filter.recipe)
  );
}

/** As the verb above does it: a page that is full says that there may be another. */
async function walk(db: Database, filter: Omit<JobFilter, 'before'>): Promise<string[]> {
  const found: string[] = [];
  for (let before: string | null = null; ; before = found.at(-1)!) {
    const page = await listJobs(db, { ...filter, before });
    found.push(...page.map((row) => row.id));
    if (page.length < filter.limit) return found;
  }
}
