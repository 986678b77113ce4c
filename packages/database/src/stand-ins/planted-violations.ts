// What a fault of the farm could do to a row, for each rule of the life of a job: a checker that never says anything is proved
// to look.
import { sql, type RawBuilder } from 'kysely';
import type { Connection } from '../connect.ts';

export type PlantedViolation = {
  rule: string;
  /** What is done, in words, where a rule can be broken in several ways. */
  how: string;
  /** In what state the job has to be. A finished one has a log. */
  to: 'running' | 'queued' | 'passed' | 'failed';
  plant: (jobId: string) => RawBuilder<unknown>;
};

export const PLANTED_VIOLATIONS: readonly PlantedViolation[] = [
  violation(
    'a running job without a lease or a worker',
    'the lease goes',
    'running',
    changeJob('lease_until = null'),
  ),
  violation(
    'a running job without a lease or a worker',
    'the worker goes',
    'running',
    changeJob('worker_id = null'),
  ),
  violation(
    'a running job whose newest attempt is over',
    'the attempt ends alone',
    'running',
    changeAttempt(`status = 'failed', reason = 'exit', finished_at = now()`),
  ),
  violation(
    'a running job of a removed project that nobody cancelled',
    'the project goes',
    'running',
    (id) =>
      sql`update projects set removed_at = now() where id = (select project_id from jobs where id = ${id})`,
  ),
  violation(
    'a job with a lease that does not run',
    'a queued one gets a lease',
    'queued',
    changeJob(`lease_until = now() + interval '1 hour'`),
  ),
  violation(
    'a job with a lease that does not run',
    'a finished one gets a lease',
    'passed',
    changeJob(`lease_until = now() + interval '1 hour'`),
  ),
  violation('an unfinished job with an end', 'it gets a reason', 'queued', changeJob(`reason = 'exit'`)),
  violation('an unfinished job with an end', 'it gets a moment', 'running', changeJob('finished_at = now()')),
  violation(
    'a queued job that is to be cancelled',
    'the wish comes alone',
    'queued',
    changeJob('cancel_requested_at = now()'),
  ),
  violation(
    'a queued job that nobody will deliver',
    'it was delivered next year',
    'queued',
    changeJob(`dispatched_at = now() + interval '1 year'`),
  ),
  violation(
    'a finished job without its moment or its reason',
    'the moment goes',
    'passed',
    changeJob('finished_at = null'),
  ),
  violation(
    'a finished job without its moment or its reason',
    'the reason goes',
    'failed',
    changeJob('reason = null'),
  ),
  violation(
    'a finished job with a wrong count of findings',
    'one too many',
    'passed',
    changeJob('findings_count = findings_count + 1'),
  ),
  violation(
    'a finished job with a wrong count of findings',
    'a finding comes late',
    'failed',
    (id) => sql`
      insert into findings (job_id, attempt, ordinal, data)
      select id, attempt, findings_count + 1, '{}' from jobs where id = ${id}`,
  ),
  violation(
    'a passed job whose newest attempt did not pass',
    'the attempt changes its mind',
    'passed',
    changeAttempt(`status = 'failed'`),
  ),
  violation(
    'a gap in the numbers of the attempts',
    'the third one comes after the first',
    'failed',
    (id) => sql`
      insert into attempts (job_id, number, status, worker_id, worker, containment, finished_at)
      select job_id, 3, 'failed', worker_id, worker, containment, now() from attempts where job_id = ${id}`,
  ),
  violation(
    'a running attempt that is not the newest of a running job',
    'it is left running',
    'failed',
    changeAttempt(`status = 'running'`),
  ),
  violation(
    'an attempt that is over without its moment',
    'the moment goes',
    'passed',
    changeAttempt('finished_at = null'),
  ),
  violation(
    'a log with a gap or an overlap',
    'a byte is missing',
    'passed',
    changeFirstChunk('byte_offset = 1'),
  ),
  violation(
    'a log with a gap or an overlap',
    'a byte is double',
    'passed',
    changeFirstChunk('byte_offset = -1'),
  ),
  violation(
    'a log with a gap or an overlap',
    'a number is left out',
    'failed',
    (id) => sql`
      update log_chunks set seq = seq + 1
      where job_id = ${id} and seq = (select max(seq) from log_chunks where job_id = ${id})`,
  ),
  violation(
    'a log with a gap or an overlap',
    'the end is missing',
    'failed',
    (id) => sql`
      delete from log_chunks
      where job_id = ${id} and seq = (select max(seq) from log_chunks where job_id = ${id})`,
  ),
];

/** @throws when no row was there to be changed: a violation that was not planted proves nothing. */
export async function plantViolation(
  db: Connection,
  violation: PlantedViolation,
  jobId: string,
): Promise<void> {
  const { numAffectedRows } = await violation.plant(jobId).execute(db);
  if (!numAffectedRows) throw new Error(`nothing to plant in job ${jobId}: ${violation.how}`);
}

function violation(
  rule: string,
  how: string,
  to: PlantedViolation['to'],
  plant: PlantedViolation['plant'],
): PlantedViolation {
  return { rule, how, to, plant };
}

function changeJob(change: string): PlantedViolation['plant'] {
  return (id) => sql`update jobs set ${sql.raw(change)} where id = ${id}`;
}

function changeAttempt(change: string): PlantedViolation['plant'] {
  return (id) => sql`update attempts set ${sql.raw(change)} where job_id = ${id}`;
}

function changeFirstChunk(change: string): PlantedViolation['plant'] {
  return (id) => sql`update log_chunks set ${sql.raw(change)} where job_id = ${id} and seq = 0`;
}
