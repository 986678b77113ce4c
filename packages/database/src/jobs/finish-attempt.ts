import { sql, type RawBuilder } from 'kysely';
import type { ToolRun } from '@crafting-table/contracts/finding';
import type { JobFinding } from '@crafting-table/contracts/finding-life';
import type { LogChunk, LogSummary } from '@crafting-table/contracts/log';
import { ATTEMPTS_MAX } from '@crafting-table/contracts/project';
import type { Reason, TerminalStatus } from '@crafting-table/contracts/words';
import type { Connection, Database } from '../connect.ts';
import { insertChunksFrom, trimLogChunks, type Trim } from '../log-chunks.ts';
import { insertFindings, storeJudgement, type StoredJudgement } from '../series/store-judgement.ts';

export type AttemptResult = {
  jobId: string;
  attempt: number;
  status: TerminalStatus;
  reason: Reason;
  exit_code: number | null;
  detail: string | null;
  log: LogSummary | null;
  chunks: LogChunk[];
  trim: Trim | null;
  findings: JobFinding[];
  findingsCount: number;
  toolRuns: ToolRun[];
  /** What becomes of the findings of the series; null when the recipe was never run. */
  judgement: StoredJudgement | null;
};

/** `requeued`: the result stands, and the recipe asked for another attempt after such a reason. */
export type FinishAnswer = 'accepted' | 'requeued' | 'over';

/** Beside holding the newest attempt, what must be true for a result to be accepted. */
export type FinishGuard = 'held' | { leaseExpiredForSecs: number } | { overdueForSecs: number };

/**
 * Writes the result, the end of the log and the findings of an attempt in one transaction, so that a reader never sees
 * a finished job with a wrong count. `over` means that the attempt was ended by somebody else: nothing was written.
 * @throws SeriesMoved when another job of the series was judged meanwhile; nothing was written then either.
 */
export async function finishAttempt(
  db: Database,
  result: AttemptResult,
  guard: FinishGuard = 'held',
): Promise<FinishAnswer> {
  const { trim, findings, judgement } = result;
  if (trim === null && judgement === null && findings.length === 0) return writeResult(db, result, guard);
  return db.transaction().execute(async (transaction) => {
    if (trim) await trimLogChunks(transaction, result, trim);
    const answer = await writeResult(transaction, result, guard);
    if (answer === 'over') return answer;
    // An attempt that is tried again keeps what it found, but no series learns of it.
    if (answer === 'accepted' && judgement !== null) await storeJudgement(transaction, result, judgement);
    else await insertFindings(transaction, result, []);
    return answer;
  });
}

/**
 * Ends an attempt with a result that depends on what the attempt has written so far. From the look at that until the end nobody
 * can add to it, because the row of the job is locked, as by every write of an attempt.
 */
export async function finishLocked(
  db: Database,
  { jobId, attempt }: { jobId: string; attempt: number },
  guard: FinishGuard,
  conclude: (transaction: Connection) => Promise<AttemptResult>,
): Promise<FinishAnswer> {
  return db.transaction().execute(async (transaction) => {
    const locked = await sql`
      select from jobs where id = ${jobId} and attempt = ${attempt} and status = 'running' and ${guardCondition(guard)}
      for no key update`.execute(transaction);
    if (locked.rows.length === 0) return 'over';
    return writeResult(transaction, await conclude(transaction), guard);
  });
}

async function writeResult(db: Connection, result: AttemptResult, guard: FinishGuard): Promise<FinishAnswer> {
  const { log, judgement } = result;
  const summary = judgement === null ? null : JSON.stringify(judgement.summary);
  const detail = result.detail?.replaceAll('\0', '\u{FFFD}') ?? null; // Tools and remotes say what they like; text has no NUL.
  // An attempt that was given back found nothing out, so it is not counted.
  const again = sql`(recipe_snapshot->'retry_on' ? ${result.reason} and cancel_requested_at is null and ${sql.lit(ATTEMPTS_MAX)} > (
    select count(*) from attempts where job_id = jobs.id and attempts.status <> 'returned'))`;
  const finished = await sql<{ status: string }>`
    with held as materialized (
      select id, ${again} as again from jobs
      where id = ${result.jobId} and attempt = ${result.attempt} and status = 'running' and ${guardCondition(guard)}
      for no key update),
    fenced as (
      update jobs set
        status = case when again then 'queued' else ${result.status} end,
        reason = case when again then null else ${result.reason} end,
        exit_code = case when again then null else ${result.exit_code}::int end,
        detail = case when again then null when ${result.reason} = 'cancelled' then coalesce(cancel_reason, ${detail})
          else ${detail} end,
        findings_count = case when again then 0 else ${result.findingsCount}::int end,
        findings_summary = case when again then null else ${summary}::jsonb end,
        finished_at = case when again then null else now() end,
        queued_at = case when again then now() else queued_at end,
        dispatched_at = case when again then null else dispatched_at end,
        claimed_at = case when again then null else claimed_at end,
        preparing_at = case when again then null else preparing_at end,
        started_at = case when again then null else started_at end,
        lease_until = null, deadline_at = null
      from held where jobs.id = held.id
      returning jobs.id, attempt, status),
    closed as (
      update attempts set status = ${result.status}, reason = ${result.reason}, exit_code = ${result.exit_code},
        detail = ${detail}, finished_at = now(), log_bytes = ${log?.bytes ?? null},
        log_lines = ${log?.lines ?? null}, log_stored_bytes = ${log?.stored_bytes ?? null},
        log_stored_sha256 = ${log?.stored_sha256 ?? null}, log_omitted_bytes = ${log?.omitted_bytes ?? null},
        log_omitted_lines = ${log?.omitted_lines ?? null}
      from fenced where job_id = fenced.id and number = fenced.attempt),
    chunks as (${insertChunksFrom(sql`fenced`, result.chunks)}),
    tools as (
      insert into tool_runs (job_id, attempt, ordinal, data)
      select fenced.id, fenced.attempt, t.ordinal, t.data
      from fenced, jsonb_array_elements(${JSON.stringify(result.toolRuns)}::jsonb) with ordinality as t (data, ordinal))
    select status, pg_notify('crafting_job', id || '.' || attempt) from fenced`.execute(db);
  const row = finished.rows[0];
  if (!row) return 'over';
  return row.status === 'queued' ? 'requeued' : 'accepted';
}

/**
 * Keeps what a worker reported too late beside the attempt, where a person can see it. It changes no state. The same result
 * reported again, because the answer to its acceptance was lost, is not kept.
 */
export async function keepSupersededResult(
  db: Database,
  late: { jobId: string; attempt: number; reason: Reason; exit_code: number | null },
): Promise<void> {
  await sql`
    update attempts set superseded_reason = ${late.reason}, superseded_exit_code = ${late.exit_code},
      superseded_at = now()
    where job_id = ${late.jobId} and number = ${late.attempt} and status <> 'running'
      and (reason, exit_code) is distinct from (${late.reason}, ${late.exit_code}::int)`.execute(db);
}

function guardCondition(guard: FinishGuard): RawBuilder<unknown> {
  if (guard === 'held') return sql`true`;
  if ('leaseExpiredForSecs' in guard) {
    return sql`lease_until < now() - make_interval(secs => ${guard.leaseExpiredForSecs})`;
  }
  const past = sql`now() - make_interval(secs => ${guard.overdueForSecs})`;
  return sql`(deadline_at < ${past} or cancel_requested_at < ${past})`;
}
