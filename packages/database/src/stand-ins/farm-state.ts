// Everything the rules of a job's life are about, read in one statement, and the rules themselves as a pure comparison.
import { sql } from 'kysely';
import { LOG_HEAD_BYTES } from '@crafting-table/contracts/log';
import type { AttemptStatus } from '@crafting-table/contracts/job';
import { isTerminal, type JobStatus } from '@crafting-table/contracts/words';
import type { Database } from '../connect.ts';

/** `seal`: changes with any column but the superseded ones, and with any row of log or findings. */
export type AttemptState = {
  number: number;
  status: AttemptStatus;
  findings: number;
  ended: boolean;
  /** Its log has a gap or an overlap that nobody meant. */
  torn: boolean;
  seal: string;
};

/** `seal`: changes with any column. One that a migration adds changes nothing for as long as it is empty. */
export type JobState = {
  id: string;
  project_id: string;
  removed: boolean;
  status: JobStatus;
  reason: string | null;
  attempt: number;
  retry_on: string[];
  findings_count: number;
  cancelled: boolean;
  /** It counts as delivered at a moment that is still to come, so the sweep will not deliver it. */
  forsaken: boolean;
  leased: boolean;
  tended: boolean;
  ended: boolean;
  lost: boolean;
  overdue: boolean;
  unstarted: boolean;
  seal: string;
  attempts: AttemptState[];
};

/** `projectIds`: those that are not removed. `loose`: rows of log, findings and tool runs that belong to no attempt of a job. */
export type FarmState = { projectIds: string[]; jobs: JobState[]; loose: number };

export async function observeFarm(db: Database): Promise<FarmState> {
  const found = await sql<FarmState>`
    with chunks as (
      select job_id, attempt, count(*) as rows, string_agg(seq || '+' || byte_offset || '+' || byte_length, ',' order by seq) as extent,
        max(byte_offset + byte_length) as bytes, bool_or(byte_offset < end_before) as has_overlap,
        bool_or(byte_offset > end_before or seq > seq_before + 1) as has_gap,
        bool_or((byte_offset > end_before or seq > seq_before + 1) and end_before < ${LOG_HEAD_BYTES}) as has_gap_in_head
      from (
        select *, lag(seq, 1, -1) over by_seq as seq_before,
          lag(byte_offset + byte_length, 1, 0::bigint) over by_seq as end_before
        from log_chunks window by_seq as (partition by job_id, attempt order by seq)) chunk
      group by 1, 2),
    found as (select job_id, attempt, count(*) as rows from findings where seen group by 1, 2),
    tools as (
      select job_id, attempt, count(*) as rows, coalesce(sum((data->>'omitted_findings')::int), 0) as omitted
      from tool_runs group by 1, 2),
    attempt as (
      select a.job_id, a.number, coalesce(c.rows, 0) + coalesce(f.rows, 0) + coalesce(t.rows, 0) as rows,
        json_build_object('number', a.number, 'status', a.status, 'findings', coalesce(f.rows, 0) + coalesce(t.omitted, 0),
          'ended', a.finished_at is not null, 'torn', a.status <> 'running' and a.log_removed_at is null and (
            coalesce(c.has_overlap or c.has_gap_in_head, false)
            or a.log_bytes is not null and (a.log_bytes <> coalesce(c.bytes, 0)
              or a.log_omitted_bytes = 0 and coalesce(c.has_gap, false))),
          'seal', concat_ws(' ', a.status, a.reason, a.exit_code, a.detail, a.worker_id, a.claimed_at, a.started_at,
            a.finished_at, a.log_bytes, 'log', c.extent, 'findings', f.rows, 'tools', t.rows)) as state
      from attempts a
      left join chunks c on c.job_id = a.job_id and c.attempt = a.number
      left join found f on f.job_id = a.job_id and f.attempt = a.number
      left join tools t on t.job_id = a.job_id and t.attempt = a.number),
    job as (
      select j.id, json_build_object('id', j.id, 'project_id', j.project_id, 'removed', p.removed_at is not null,
        'status', j.status, 'reason', j.reason, 'attempt', j.attempt, 'retry_on', j.recipe_snapshot->'retry_on',
        'findings_count', j.findings_count, 'cancelled', j.cancel_requested_at is not null,
        'forsaken', j.status = 'queued' and coalesce(j.dispatched_at > now() + interval '1 minute', false),
        'leased', j.lease_until is not null, 'tended', j.worker_id is not null, 'ended', j.finished_at is not null,
        'lost', coalesce(j.lease_until < now(), false),
        'overdue', coalesce(j.deadline_at < now(), false) or coalesce(j.cancel_requested_at < now() - interval '50 s', false),
        'unstarted', j.started_at is null and j.preparing_at is null and j.cancel_requested_at is null
          and coalesce(j.claimed_at < now() - interval '50 s', false),
        'seal', md5(jsonb_strip_nulls(to_jsonb(j))::text), 'attempts', coalesce(
          (select json_agg(state order by number) from attempt where job_id = j.id), '[]')) as state
      from jobs j join projects p on p.id = j.project_id)
    select coalesce((select json_agg(id) from projects where removed_at is null), '[]') as "projectIds",
      coalesce((select json_agg(state order by id) from job), '[]') as jobs,
      coalesce((select sum(rows) from chunks), 0) + coalesce((select sum(rows) from found), 0)
        + coalesce((select sum(rows) from tools), 0)
        - coalesce((select sum(rows) from attempt), 0) as loose`.execute(db);
  const row = found.rows[0]!;
  return { ...row, loose: Number(row.loose) };
}

/** What of a state must never be true, in words; empty when all is well. */
export function findContradictions(state: FarmState): string[] {
  const found = state.jobs.flatMap((job) => contradictionsOf(job).map((rule) => `${rule}: ${describe(job)}`));
  return state.loose === 0 ? found : [...found, `${state.loose} rows belong to no attempt`];
}

/** What must never become of one state in another. `retried`: jobs that somebody asked to be tried again meanwhile. */
export function findBrokenPromises(before: FarmState, after: FarmState, retried: Set<string>): string[] {
  const now = new Map(after.jobs.map((job) => [job.id, job]));
  return before.jobs.flatMap((job) => {
    const next = now.get(job.id);
    const broken = next === undefined ? lossesOf(job, after) : promisesBroken(job, next, retried.has(job.id));
    return broken.map((rule) => `${rule}: ${describe(job)} became ${next ? describe(next) : 'nothing'}`);
  });
}

function contradictionsOf(job: JobState): string[] {
  const newest = job.attempts.at(-1);
  const isRunning = job.status === 'running';
  const rules: [string, boolean][] = [
    ['a running job without a lease or a worker', isRunning && !(job.leased && job.tended)],
    ['a job with a lease that does not run', !isRunning && job.leased],
    ['a running job whose newest attempt is over', isRunning && newest?.status !== 'running'],
    ['a running job of a removed project that nobody cancelled', isRunning && job.removed && !job.cancelled],
    [
      'a running attempt that is not the newest of a running job',
      job.attempts.some((each) => each.status === 'running' && !(isRunning && each === newest)),
    ],
    ['a gap in the numbers of the attempts', job.attempts.some((each, index) => each.number !== index + 1)],
    ['a job that does not know its newest attempt', job.attempt !== job.attempts.length],
    [
      'a finished job without its moment or its reason',
      isTerminal(job.status) && !(job.ended && job.reason !== null),
    ],
    ['an unfinished job with an end', !isTerminal(job.status) && (job.ended || job.reason !== null)],
    ['a queued job that is to be cancelled', job.status === 'queued' && job.cancelled],
    ['a queued job that nobody will deliver', job.forsaken],
    [
      'a passed job whose newest attempt did not pass',
      job.status === 'passed' && newest?.status !== 'passed',
    ],
    [
      'an attempt that is over without its moment',
      job.attempts.some((each) => each.status !== 'running' && !each.ended),
    ],
    ['a log with a gap or an overlap', job.attempts.some((each) => each.torn)],
    [
      'a finished job with a wrong count of findings',
      isTerminal(job.status) && !job.removed && job.findings_count !== (newest?.findings ?? 0),
    ],
  ];
  return rules.filter(([, isBroken]) => isBroken).map(([rule]) => rule);
}

function promisesBroken(job: JobState, next: JobState, isRetried: boolean): string[] {
  const changed = job.attempts.filter(
    (each) => each.status !== 'running' && next.attempts[each.number - 1]?.seal !== each.seal,
  );
  const rules: [string, boolean][] = [
    ['an attempt that was over has changed', changed.length > 0],
    ['an attempt has vanished', next.attempts.length < job.attempts.length],
    ['a finished job has changed', isTerminal(job.status) && next.seal !== job.seal && !isRetried],
    ['a removed project has begun an attempt', job.removed && next.attempts.length > job.attempts.length],
    ['a removed project has come back', job.removed && !next.removed],
  ];
  return rules.filter(([, isBroken]) => isBroken).map(([rule]) => rule);
}

/** A turn of several steps may remove a project, end its job and delete both. */
function lossesOf(job: JobState, after: FarmState): string[] {
  return after.projectIds.includes(job.project_id) ? ['a job of a project that exists is gone'] : [];
}

function describe(job: JobState): string {
  const attempts = job.attempts.map(({ number, seal }) => `${number}: ${seal}`).join('; ');
  return `${job.id.slice(-4)} ${job.status} ${job.reason} attempt ${job.attempt}, ${job.findings_count} findings [${attempts}]`;
}
