import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { LOG_HEAD_BYTES } from '@crafting-table/contracts/log';
import type { Database } from '../connect.ts';
import { finishAttempt, type AttemptResult } from '../jobs/finish-attempt.ts';
import { appendLogChunks } from '../log-chunks.ts';
import type { ProjectRow } from '../projects.ts';
import {
  addJob,
  addProject,
  addRunningJob,
  jobFinding,
  openFarmDatabase,
  passed,
} from '../stand-ins/farm-rows.ts';
import { findContradictions, observeFarm } from '../stand-ins/farm-state.ts';
import { chunkOf, chunksOf } from '../stand-ins/log-chunk.ts';
import {
  PLANTED_VIOLATIONS,
  plantViolation,
  type PlantedViolation,
} from '../stand-ins/planted-violations.ts';
import { readSweepState } from '../sweep.ts';
import { checkInvariants } from './check-invariants.ts';
import { RULES } from './rules.ts';

const FINDING = jobFinding({
  kind: 'lint',
  tool: 'cc',
  severity: 'low',
  level: 'warning',
  message: 'unused',
  occurrences: 1,
  source: { artifact: 'log', format: 'gcc' },
});

test('each rule has a violation that can be planted', () => {
  const planted = new Set(PLANTED_VIOLATIONS.map(({ rule }) => rule));
  expect(planted).toEqual(new Set(RULES.map(({ name }) => name)));
});

test.each(PLANTED_VIOLATIONS)('the checker tells of $rule: $how', async (violation) => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  const jobs = {
    running: await addRunningJob(farm.db, project),
    passed: await addFinishedJob(farm.db, project, { status: 'passed' }),
    failed: await addFinishedJob(farm.db, project, { status: 'failed', exit_code: 1 }),
    queued: await addJob(farm.db, project),
  } satisfies Record<PlantedViolation['to'], string>;
  expect(await checkInvariants(farm.db)).toEqual([]);
  expect(findContradictions(await observeFarm(farm.db))).toEqual([]);

  await plantViolation(farm.db, violation, jobs[violation.to]);
  const broken = { rule: violation.rule, violations: 1, job_ids: [jobs[violation.to]] };
  const found = await checkInvariants(farm.db);
  expect(found).toEqual([broken]);
  expect(await readSweepState(farm.db)).toMatchObject({ invariant_violations: 1, broken_rules: [broken] });
  expect(findContradictions(await observeFarm(farm.db))).not.toEqual([]);
});

test('the checker names a few of many jobs, the newest first', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  const ids: string[] = [];
  for (let index = 0; index < 8; index++) ids.push(await addRunningJob(farm.db, project));
  await sql`update jobs set worker_id = null`.execute(farm.db);
  expect(await checkInvariants(farm.db)).toEqual([
    {
      rule: 'a running job without a lease or a worker',
      violations: 8,
      job_ids: ids.toReversed().slice(0, 5),
    },
  ]);
});

test('a gap between the head and the tail of a long log is none', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  const head = { ...chunkOf('head\n'), byte_length: LOG_HEAD_BYTES }; // Nothing reads its bytes.
  const [, , , tail] = chunksOf('', 'left\n', 'out\n', 'tail\n');
  const end = { ...tail!, byte_offset: 2 * LOG_HEAD_BYTES };
  const summary = { ...SUMMARY, bytes: end.byte_offset + end.byte_length, omitted_bytes: LOG_HEAD_BYTES };
  await finishAttempt(farm.db, passed(jobId, { log: summary, chunks: [head, end] }));
  expect(await checkInvariants(farm.db)).toEqual([]);
  await sql`update attempts set log_omitted_bytes = 0`.execute(farm.db);
  expect((await checkInvariants(farm.db)).map(({ rule }) => rule)).toEqual([
    'a log with a gap or an overlap',
  ]);
});

test('findings beyond what is kept count as well', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  const toolRun = {
    tool: 'cc',
    source: FINDING.source,
    completeness: 'partial',
    omitted_findings: 7,
  } as const;
  await finishAttempt(farm.db, passed(jobId, { findings: [FINDING], findingsCount: 8, toolRuns: [toolRun] }));
  expect(await checkInvariants(farm.db)).toEqual([]);
});

const SUMMARY = {
  bytes: 8,
  lines: 2,
  stored_bytes: 8,
  stored_sha256: '',
  omitted_bytes: 0,
  omitted_lines: 0,
};

async function addFinishedJob(
  db: Database,
  project: ProjectRow,
  result: Partial<AttemptResult>,
): Promise<string> {
  const jobId = await addRunningJob(db, project);
  const [first, ...last] = chunksOf('one\n', 'two\n');
  await appendLogChunks(db, { jobId, attempt: 1 }, [first!], null);
  const written = { log: SUMMARY, chunks: last, findings: [FINDING], findingsCount: 1 };
  await finishAttempt(db, passed(jobId, { ...written, ...result }));
  return jobId;
}
