// Two jobs of a series that end at once: which of them may go by what it was compared with.
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { finishAttempt } from '../jobs/finish-attempt.ts';
import type { ProjectRow } from '../projects.ts';
import {
  addProject,
  addRunningJob,
  nextId,
  openFarmDatabase,
  passed,
  type FarmDatabase,
} from '../stand-ins/farm-rows.ts';
import { loadSeries, type LoadedSeries } from './load-series.ts';
import { SeriesMoved, type StoredJudgement } from './store-judgement.ts';

const [OLD, NEW, NEWEST] = ['1', '2', '3'].map((digit) => digit.repeat(40)) as [string, string, string];
const SUMMARY = {
  total: 0,
  by_state: {},
  by_severity: {},
  by_kind: {},
  actionable: 0,
  first_run: false,
  first_cause: null,
  gates: [],
};
let farm: FarmDatabase;
let project: ProjectRow;

beforeAll(async () => {
  farm = await openFarmDatabase();
});
beforeEach(async () => {
  project = await addProject(farm.db);
  await end({ version: null, sha: OLD, head: 'moves' });
});
afterAll(() => farm[Symbol.asyncDispose]());

test('an older commit without findings does not take the place of a newer one that ended meanwhile', async () => {
  const { version } = await seriesNow();
  await end({ version, sha: NEWEST, head: 'moves' });
  await expect(end({ version, sha: NEW, head: 'moves' })).rejects.toBeInstanceOf(SeriesMoved);
  expect((await seriesNow()).head?.sha).toBe(NEWEST);
});

test('jobs without findings at the commit where the series stands do not wait for each other', async () => {
  const { version } = await seriesNow();
  await end({ version, sha: OLD, head: 'stays' });
  await end({ version, sha: OLD, head: 'stays' });
  expect(await seriesNow()).toMatchObject({ version: version + 2, head: { sha: OLD } });
});

test('a job that was judged before the series moved on does not take it back', async () => {
  const { version } = await seriesNow();
  await end({ version, sha: NEW, head: 'moves' });
  await end({ version, sha: OLD, head: 'stays' });
  expect((await seriesNow()).head?.sha).toBe(NEW);
});

test('a job without findings that ends after another one found something is compared with that', async () => {
  const { version, id } = await seriesNow();
  await end({ version, sha: OLD, head: 'stays' });
  await sql`
    insert into tracked_findings (series_id, fingerprint, is_open, finding_group, kind, tool, template, severity, native,
      first_sha, first_job_id, first_at, since_first_run, data)
    values (${id}, 'found', true, 'code', 'lint', 'gcc', 'unused', 'low', '{}', ${OLD}, ${nextId()}, now(), false, '{}')`.execute(
    farm.db,
  );
  await expect(end({ version, sha: OLD, head: 'stays' })).rejects.toBeInstanceOf(SeriesMoved);
});

test('a job of an older commit is noted and leaves the series where it stands', async () => {
  const { version } = await seriesNow();
  await end({ version, sha: NEW, head: 'moves' });
  await end({ version, sha: OLD, head: 'behind' });
  expect((await seriesNow()).head?.sha).toBe(NEW);
});

/** Ends a job that found nothing, as it was judged. */
async function end(judged: Pick<StoredJudgement, 'version' | 'sha' | 'head'>): Promise<void> {
  const jobId = await addRunningJob(farm.db, project);
  const judgement: StoredJudgement = {
    name: seriesName(),
    forkedFrom: [],
    changes: [],
    unseen: [],
    completeTools: [],
    inputs: null,
    summary: SUMMARY,
    ...judged,
  };
  expect(await finishAttempt(farm.db, passed(jobId, { judgement }))).toBe('accepted');
}

async function seriesNow(): Promise<LoadedSeries> {
  const { series } = await loadSeries(farm.db, seriesName(), OLD);
  if (series === null) throw new Error('There is no series.');
  return series;
}

function seriesName() {
  return { projectId: project.id, subproject: '.', recipe: 'test', branch: 'main' } as const;
}
