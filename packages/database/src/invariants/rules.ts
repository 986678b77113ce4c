// What must never be true of a row, as data. Each rule is a condition on one row of its scope, and no scope is larger than
// what the farm has under way or a fixed number of rows, so that a check costs the same however many jobs are kept.
import { sql, type RawBuilder } from 'kysely';
import { LOG_HEAD_BYTES } from '@crafting-table/contracts/log';
import { findingsOf } from '../findings.ts';

/** Finished jobs that are looked at: more than a busy farm ends between two checks. */
const FINISHED_MAX = 1000;
/** Of these the logs are looked at too, at most so many of the last chunks of each: 100,000 rows at the very worst. */
const LOGS_MAX = 100;
const CHUNKS_MAX = 1000;

/** Relations with rows `r`; each has the `job_id` to tell of. */
const SCOPES = {
  running: sql`select *, id as job_id from jobs where status = 'running'`,
  queued: sql`select *, id as job_id from jobs where status = 'queued'`,
  finished: sql`
    select *, id as job_id from jobs where status in ('passed', 'failed', 'cancelled')
    order by finished_at desc nulls first limit ${sql.lit(FINISHED_MAX)}`,
  running_attempts: sql`select * from attempts where status = 'running'`,
  ended_attempts: sql`
    select attempts.* from attempts join (
      select id from jobs where status in ('passed', 'failed', 'cancelled')
      order by finished_at desc nulls first limit ${sql.lit(LOGS_MAX)}) newest on newest.id = attempts.job_id
    where attempts.status <> 'running'`,
};
export type Scope = keyof typeof SCOPES;

export type Rule = { name: string; scopes: readonly Scope[]; isBroken: RawBuilder<unknown> };

const UNFINISHED = ['running', 'queued'] as const;
const JOBS = ['running', 'queued', 'finished'] as const;

const isRemoved = sql`exists (select from projects where projects.id = r.project_id and removed_at is not null)`;

export const RULES: readonly Rule[] = [
  {
    name: 'a running job without a lease or a worker',
    scopes: ['running'],
    isBroken: sql`r.lease_until is null or r.worker_id is null`,
  },
  {
    name: 'a running job whose newest attempt is over',
    scopes: ['running'],
    isBroken: sql`not exists (
      select from attempts where job_id = r.id and number = r.attempt and status = 'running')`,
  },
  {
    name: 'a running job of a removed project that nobody cancelled',
    scopes: ['running'],
    isBroken: sql`r.cancel_requested_at is null and ${isRemoved}`,
  },
  {
    name: 'a job with a lease that does not run',
    scopes: ['queued', 'finished'],
    isBroken: sql`r.lease_until is not null`,
  },
  {
    name: 'an unfinished job with an end',
    scopes: UNFINISHED,
    isBroken: sql`r.finished_at is not null or r.reason is not null`,
  },
  {
    name: 'a queued job that is to be cancelled',
    scopes: ['queued'],
    isBroken: sql`r.cancel_requested_at is not null`,
  },
  {
    // The sweep delivers again what was delivered long ago; a moment that is still to come would never be long ago.
    name: 'a queued job that nobody will deliver',
    scopes: ['queued'],
    isBroken: sql`r.dispatched_at > clock_timestamp() + interval '1 minute'`,
  },
  {
    name: 'a finished job without its moment or its reason',
    scopes: ['finished'],
    isBroken: sql`r.finished_at is null or r.reason is null`,
  },
  {
    name: 'a finished job with a wrong count of findings',
    scopes: ['finished'],
    isBroken: sql`r.findings_count <> ${findingsOf(sql`r.id`, sql`r.attempt`)} and not ${isRemoved} and not exists (
      select from attempts where job_id = r.id and number = r.attempt and findings_removed_at is not null)`,
  },
  {
    name: 'a passed job whose newest attempt did not pass',
    scopes: ['finished'],
    isBroken: sql`r.status = 'passed' and not exists (
      select from attempts where job_id = r.id and number = r.attempt and status = 'passed')`,
  },
  {
    name: 'a gap in the numbers of the attempts',
    scopes: JOBS,
    isBroken: sql`(
      select count(*) <> r.attempt or coalesce(max(number), 0) <> r.attempt from attempts where job_id = r.id)`,
  },
  {
    name: 'a running attempt that is not the newest of a running job',
    scopes: ['running_attempts'],
    isBroken: sql`not exists (
      select from jobs where id = r.job_id and attempt = r.number and status = 'running')`,
  },
  {
    name: 'an attempt that is over without its moment',
    scopes: ['ended_attempts'],
    isBroken: sql`r.finished_at is null`,
  },
  {
    name: 'a log with a gap or an overlap',
    scopes: ['ended_attempts'],
    isBroken: sql`r.log_removed_at is null and ${isTorn()}`,
  },
];

/** All rows of a scope that break rules, as (rule, job_id). */
export function brokenIn(scope: Scope, limit: number): RawBuilder<unknown> {
  const rules = RULES.filter((rule) => rule.scopes.includes(scope));
  const judged = rules.map(({ name, isBroken }) => sql`(${sql.lit(name)}, (${isBroken}))`);
  return sql`(
    select judged.rule, r.job_id from (${SCOPES[scope]}) r,
      lateral (values ${sql.join(judged)}) judged (rule, is_broken)
    where judged.is_broken limit ${sql.lit(limit)})`;
}

export const SCOPE_NAMES = Object.keys(SCOPES) as Scope[]; // The keys of a literal object.

/**
 * Whether an attempt's chunks do not follow each other. Between the head of a long log and its tail something is left out, and
 * only there; how long the log is, is known when the worker closed it.
 */
function isTorn(): RawBuilder<unknown> {
  return sql`(
    r.log_bytes <> coalesce((
      select byte_offset + byte_length from log_chunks
      where job_id = r.job_id and attempt = r.number order by seq desc limit 1), 0)
    or exists (
      select from (
        select seq, byte_offset,
          coalesce(lag(seq) over by_seq, case when is_whole then -1 else seq - 1 end) as seq_before,
          coalesce(lag(byte_end) over by_seq, case when is_whole then 0 else byte_offset end) as end_before
        from (
          select *, count(*) over () < ${sql.lit(CHUNKS_MAX)} as is_whole from (
            select seq, byte_offset, byte_offset + byte_length as byte_end from log_chunks
            where job_id = r.job_id and attempt = r.number
            order by seq desc limit ${sql.lit(CHUNKS_MAX)}) last) counted
        window by_seq as (order by seq)) chunk
      where byte_offset < end_before
        or (byte_offset > end_before or seq > seq_before + 1)
          and (end_before < ${sql.lit(LOG_HEAD_BYTES)} or r.log_omitted_bytes = 0)))`;
}
