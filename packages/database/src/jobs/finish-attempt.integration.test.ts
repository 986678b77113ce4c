import type { ToolRun } from '@crafting-table/contracts/finding';
import { ATTEMPTS_MAX } from '@crafting-table/contracts/project';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Database } from '../connect.ts';
import { listFindings, listToolRuns } from '../findings.ts';
import { appendLogChunks, listLogChunks } from '../log-chunks.ts';
import {
  addJob,
  addProject,
  addRunningJob,
  backdate,
  claim,
  jobFinding,
  openFarmDatabase,
  passed,
} from '../stand-ins/farm-rows.ts';
import { chunksOf } from '../stand-ins/log-chunk.ts';
import { cancelJob } from './cancel-job.ts';
import { returnAttempt } from './claim-job.ts';
import { findJob, listAttempts } from './find-job.ts';
import { finishAttempt, keepSupersededResult } from './finish-attempt.ts';

const SOURCE = { artifact: 'log', format: 'text' };
const FINDING = jobFinding({
  kind: 'lint',
  tool: 'cc',
  severity: 'low',
  level: 'warning',
  message: 'unused variable',
  source: SOURCE,
  occurrences: 1,
});
const TOOL_RUN: ToolRun = { tool: 'cc', completeness: 'complete', source: SOURCE };
const LOG = {
  bytes: 9,
  lines: 2,
  stored_bytes: 9,
  stored_sha256: 'c0ffee',
  omitted_bytes: 0,
  omitted_lines: 0,
};

test('result, log and findings are there together, in their order', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  const answer = await finishAttempt(
    farm.db,
    passed(jobId, {
      log: LOG,
      chunks: chunksOf('one\n', 'two\n\n'),
      findings: [FINDING, { ...FINDING, message: 'second' }],
      findingsCount: 7,
      toolRuns: [TOOL_RUN],
    }),
  );
  expect(answer).toBe('accepted');
  expect(await findJob(farm.db, jobId, null)).toMatchObject({
    status: 'passed',
    reason: 'exit',
    exit_code: 0,
    findings_count: 7,
    deadline_at: null,
  });
  expect(await listAttempts(farm.db, jobId)).toMatchObject([
    { status: 'passed', log_bytes: 9, log_lines: 2, log_stored_sha256: 'c0ffee' },
  ]);
  expect(await listToolRuns(farm.db, { jobId, attempt: 1 })).toEqual([TOOL_RUN]);
  const found = await listFindings(farm.db, { jobId, attempt: 1, after: 0, limit: 10 });
  expect(found.map((row) => [row.ordinal, row.data.message])).toEqual([
    [1, 'unused variable'],
    [2, 'second'],
  ]);
  const chunks = await listLogChunks(farm.db, { jobId, attempt: 1, fromByte: 0, limit: 10 });
  expect(chunks.map((chunk) => [chunk.seq, chunk.byte_offset])).toEqual([
    [0, 0],
    [1, 4],
  ]);
});

test('no reader ever sees a finished job without its findings', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  const findings = Array.from({ length: 500 }, () => FINDING);
  const finishing = finishAttempt(farm.db, passed(jobId, { findings, findingsCount: 500 }));
  const seen = new Set<string>();
  do {
    const { rows } = await sql<{ seen: string }>`
      select status || ' ' || findings_count || ' ' || (select count(*) from findings) as seen from jobs`.execute(
      farm.db,
    );
    seen.add(rows[0]!.seen);
  } while (!seen.has('passed 500 500') && seen.size < 3);
  expect(await finishing).toBe('accepted');
  expect([...seen].filter((each) => each !== 'running 0 0')).toEqual(['passed 500 500']);
});

test('a superseded attempt writes nothing: no result, no chunk, no finding', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  await returnAttempt(farm.db, { jobId, attempt: 1, detail: 'draining' });
  await claim(farm.db, jobId);
  const before = await everything(farm.db);
  const late = passed(jobId, {
    chunks: chunksOf('late\n'),
    trim: { fromByte: 0, toByte: 100 },
    findings: [FINDING],
    toolRuns: [TOOL_RUN],
  });
  expect(await finishAttempt(farm.db, late)).toBe('over');
  expect(await appendLogChunks(farm.db, { jobId, attempt: 1 }, chunksOf('late\n'), null)).toBe('over');
  expect(await everything(farm.db)).toEqual(before);
});

test('of two results of one attempt the first is accepted', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  const answers = await Promise.all([
    finishAttempt(farm.db, passed(jobId)),
    finishAttempt(farm.db, passed(jobId, { status: 'failed', exit_code: 1 })),
  ]);
  expect(answers.toSorted()).toEqual(['accepted', 'over']);
  const job = await findJob(farm.db, jobId, null);
  expect(job?.status).toBe(answers[0] === 'accepted' ? 'passed' : 'failed');
});

test('what a worker reports too late is kept beside the attempt and changes nothing else', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  await keepSupersededResult(farm.db, { jobId, attempt: 1, reason: 'exit', exit_code: 3 });
  expect((await listAttempts(farm.db, jobId))[0]).toMatchObject({ superseded_reason: null });
  await finishAttempt(farm.db, passed(jobId, { status: 'failed', reason: 'worker_lost', exit_code: -1 }));
  await keepSupersededResult(farm.db, { jobId, attempt: 1, reason: 'exit', exit_code: 0 });
  expect((await listAttempts(farm.db, jobId))[0]).toMatchObject({
    status: 'failed',
    reason: 'worker_lost',
    superseded_reason: 'exit',
    superseded_exit_code: 0,
  });
});

test('the accepted result that is reported again is not kept as a late one', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  await finishAttempt(farm.db, passed(jobId));
  await keepSupersededResult(farm.db, { jobId, attempt: 1, reason: 'exit', exit_code: 0 });
  expect((await listAttempts(farm.db, jobId))[0]).toMatchObject({
    superseded_reason: null,
    superseded_at: null,
  });
});

test('a reason in retry_on queues the job again until so many attempts were made', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addJob(farm.db, await addProject(farm.db), {
    recipe_snapshot: {
      command: 'x',
      language: 'c',
      timeout_secs: 60,
      retry_on: ['timeout', 'worker_lost'],
      env: {},
    },
  });
  const answers: string[] = [];
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    await claim(farm.db, jobId);
    const lost = { attempt, status: 'failed', reason: 'worker_lost', exit_code: -1 } as const;
    answers.push(await finishAttempt(farm.db, passed(jobId, { ...lost, findings: [FINDING] })));
  }
  expect(answers).toEqual(['requeued', 'requeued', 'accepted']);
  expect(await findJob(farm.db, jobId, null)).toMatchObject({
    status: 'failed',
    reason: 'worker_lost',
    attempt: 3,
  });
  const attempts = await listAttempts(farm.db, jobId);
  expect(attempts.map((attempt) => attempt.reason)).toEqual(['worker_lost', 'worker_lost', 'worker_lost']);
});

test('an attempt that was given back by a drain is none of those that retry_on may make', async () => {
  await using farm = await openFarmDatabase();
  const recipe = { command: 'x', language: 'c', timeout_secs: 60, env: {} };
  const jobId = await addJob(farm.db, await addProject(farm.db), {
    recipe_snapshot: { ...recipe, retry_on: ['worker_lost'] },
  });
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    await claim(farm.db, jobId);
    expect(await returnAttempt(farm.db, { jobId, attempt, detail: 'draining' })).toBe(true);
  }
  const answers: string[] = [];
  for (let attempt = ATTEMPTS_MAX + 1; attempt <= 2 * ATTEMPTS_MAX; attempt++) {
    await claim(farm.db, jobId);
    const lost = { attempt, status: 'failed', reason: 'worker_lost', exit_code: -1 } as const;
    answers.push(await finishAttempt(farm.db, passed(jobId, lost)));
  }
  expect(answers).toEqual(['requeued', 'requeued', 'accepted']);
});

test('a job that waits for its next attempt shows nothing of the last one', async () => {
  await using farm = await openFarmDatabase();
  const recipe = { command: 'x', language: 'c', timeout_secs: 60, env: {} };
  const jobId = await addRunningJob(farm.db, await addProject(farm.db), {
    recipe_snapshot: { ...recipe, retry_on: ['oom'] },
  });
  const killed = { status: 'failed', reason: 'oom', exit_code: 137, findingsCount: 3 } as const;
  expect(await finishAttempt(farm.db, passed(jobId, killed))).toBe('requeued');
  expect(await findJob(farm.db, jobId, null)).toMatchObject({
    status: 'queued',
    reason: null,
    exit_code: null,
    findings_count: 0,
    claimed_at: null,
    started_at: null,
    finished_at: null,
  });
});

test('a job that is to be cancelled is not tried again, whatever retry_on says', async () => {
  await using farm = await openFarmDatabase();
  const recipe = { command: 'x', language: 'c', timeout_secs: 60, env: {} };
  const jobId = await addRunningJob(farm.db, await addProject(farm.db), {
    recipe_snapshot: { ...recipe, retry_on: ['worker_lost'] },
  });
  await cancelJob(farm.db, jobId, 'not needed');
  const lost = passed(jobId, { status: 'failed', reason: 'worker_lost', exit_code: -1 });
  expect(await finishAttempt(farm.db, lost)).toBe('accepted');
});

test('the sweep ends an attempt only when its lease is still expired at that moment', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  const lost = passed(jobId, { status: 'failed', reason: 'worker_lost', exit_code: -1 });
  expect(await finishAttempt(farm.db, lost, { leaseExpiredForSecs: 15 })).toBe('over');
  expect(await finishAttempt(farm.db, lost, { overdueForSecs: 30 })).toBe('over');
  await backdate(farm.db, jobId, 'lease_until', 16);
  expect(await finishAttempt(farm.db, lost, { leaseExpiredForSecs: 15 })).toBe('accepted');
});

test('a result whose detail holds NUL is accepted', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  // As after a recipe that printed `sh: 1: a\0b: not found` and ended with 127.
  const detail = 'a\0b was not found on the worker';
  const missing = passed(jobId, { status: 'failed', reason: 'tool_missing', exit_code: 127, detail });
  expect(await finishAttempt(farm.db, missing)).toBe('accepted');
  expect((await findJob(farm.db, jobId, null))?.detail).toBe('a\u{FFFD}b was not found on the worker');
});

async function everything(db: Database): Promise<unknown> {
  const { rows } = await sql`
    select (select jsonb_agg(j) from jobs j) as jobs, (select jsonb_agg(a) from attempts a) as attempts,
      (select count(*) from log_chunks) as chunks, (select count(*) from findings) as findings,
      (select count(*) from tool_runs) as tool_runs`.execute(db);
  return rows;
}
