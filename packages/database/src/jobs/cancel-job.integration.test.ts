import { listFindings } from '../findings.ts';
import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import type { Database } from '../connect.ts';
import {
  addJob,
  addProject,
  addRunningJob,
  claim,
  jobFinding,
  newJob,
  nextId,
  openFarmDatabase,
  passed,
} from '../stand-ins/farm-rows.ts';
import { cancelJob } from './cancel-job.ts';
import { findJob, listAttempts } from './find-job.ts';
import { finishAttempt } from './finish-attempt.ts';
import { retryJob } from './retry-job.ts';

test('a queued job is cancelled at once and never claimed', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addJob(farm.db, await addProject(farm.db));
  expect(await cancelJob(farm.db, jobId, 'not needed')).toBe('cancelled');
  expect(await claim(farm.db, jobId)).toBeNull();
  expect(await findJob(farm.db, jobId, null)).toMatchObject({
    status: 'cancelled',
    reason: 'cancelled',
    detail: 'not needed',
  });
});

test('a running job goes on until its worker ends it, and the first wish to cancel counts', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  expect(await cancelJob(farm.db, jobId, 'first')).toBe('requested');
  expect(await cancelJob(farm.db, jobId, 'second')).toBe('requested');
  expect(await findJob(farm.db, jobId, null)).toMatchObject({ status: 'running', cancel_reason: 'first' });
  const ended = passed(jobId, { status: 'cancelled', reason: 'cancelled', exit_code: 143 });
  expect(await finishAttempt(farm.db, ended)).toBe('accepted');
  expect(await findJob(farm.db, jobId, null)).toMatchObject({ status: 'cancelled', detail: 'first' });
});

test('a finished job, or none, cannot be cancelled', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  await finishAttempt(farm.db, passed(jobId));
  expect(await cancelJob(farm.db, jobId, 'late')).toBe('finished');
  expect(await cancelJob(farm.db, nextId(), 'who')).toBe('finished');
  expect(await findJob(farm.db, jobId, null)).toMatchObject({ status: 'passed', cancel_reason: null });
});

test('of cancelling and claiming at once only one comes first', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  for (let round = 0; round < 10; round++) {
    const jobId = await addJob(farm.db, project);
    const [claimed, answer] = await Promise.all([claim(farm.db, jobId), cancelJob(farm.db, jobId, 'race')]);
    expect(answer).toBe(claimed ? 'requested' : 'cancelled');
  }
});

test('a retry queues a finished job afresh and keeps its earlier attempt', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  expect(await retryJob(farm.db, jobId)).toBe(false);
  await cancelJob(farm.db, jobId, 'not needed');
  await finishAttempt(farm.db, passed(jobId, { status: 'cancelled', reason: 'cancelled', exit_code: 143 }));
  expect(await retryJob(farm.db, jobId)).toBe(true);
  expect(await retryJob(farm.db, jobId)).toBe(false);
  expect(await findJob(farm.db, jobId, null)).toMatchObject({
    status: 'queued',
    reason: null,
    detail: null,
    finished_at: null,
    cancel_requested_at: null,
    cancel_reason: null,
    sha: 'a'.repeat(40),
  });
  expect(await claim(farm.db, jobId)).toMatchObject({ attempt: 2 });
  expect(await listAttempts(farm.db, jobId)).toMatchObject([{ status: 'cancelled' }, { status: 'running' }]);
});

test('a job that is cancelled before its next attempt still counts the findings it shows', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  const source = { artifact: 'log', format: 'gcc' };
  const finding = { kind: 'lint', tool: 'cc', severity: 'low', level: 'warning', message: 'unused' } as const;
  const findings = [jobFinding({ ...finding, occurrences: 1, source })];
  await finishAttempt(farm.db, passed(jobId, { findings, findingsCount: 1 }));
  await retryJob(farm.db, jobId);
  await cancelJob(farm.db, jobId, 'not needed');
  const job = await findJob(farm.db, jobId, null);
  const shown = await listFindings(farm.db, { jobId, attempt: job!.attempt, after: 0, limit: 10 });
  expect(job?.findings_count).toBe(shown.length);
});

test('a job that is cancelled at the moment in which a lost attempt queues it again counts the findings it shows', async () => {
  await using farm = await openFarmDatabase();
  const recipe = newJob(await addProject(farm.db)).recipe_snapshot;
  const recipe_snapshot = { ...recipe, retry_on: ['worker_lost' as const] };
  const jobId = await addRunningJob(farm.db, await addProject(farm.db), { recipe_snapshot });
  const source = { artifact: 'log', format: 'gcc' };
  const finding = { kind: 'lint', tool: 'cc', severity: 'low', level: 'warning', message: 'unused' } as const;
  const findings = [jobFinding({ ...finding, occurrences: 1, source })];
  const lost = passed(jobId, { status: 'failed', reason: 'worker_lost', findings, findingsCount: 1 });
  // Both wait for the row, the end of the attempt first.
  const [ended, cancelled] = await farm.db.transaction().execute(async (transaction) => {
    await sql`select from jobs where id = ${jobId} for no key update`.execute(transaction);
    const ending = finishAttempt(farm.db, lost);
    await waitForLocks(farm.db, 1);
    const cancelling = cancelJob(farm.db, jobId, 'not needed');
    await waitForLocks(farm.db, 2);
    return [ending, cancelling] as const;
  });
  expect(await Promise.all([ended, cancelled])).toEqual(['requeued', 'cancelled']);
  expect(await findJob(farm.db, jobId, null)).toMatchObject({ status: 'cancelled', findings_count: 1 });
});

async function waitForLocks(db: Database, count: number): Promise<void> {
  const waiting = sql<{ count: number }>`
    select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await vi.waitUntil(async () => (await waiting.execute(db)).rows[0]!.count >= count, { timeout: 20_000 });
}
