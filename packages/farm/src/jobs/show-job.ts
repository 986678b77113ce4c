import type { Attempt, Job, JobDetail } from '@crafting-table/contracts/job';
import type { Database } from '@crafting-table/database/connect';
import { findJob, listAttempts, type AttemptRow } from '@crafting-table/database/jobs/find-job';
import type { JobRow } from '@crafting-table/database/jobs/job-row';
import { visibleTo, type Caller } from '../caller.ts';
import { REMOVED_LINE } from '../logs/read-log-pieces.ts';
import { readLogTail } from '../logs/read-log-tail.ts';
import { refuse, type Refusal } from '../refusal.ts';

export async function getJob(db: Database, caller: Caller, id: string): Promise<JobDetail | Refusal> {
  const row = await findJob(db, id, visibleTo(caller));
  if (!row) return refuse('not_found');
  const [attempts, lines] = await Promise.all([
    listAttempts(db, id),
    readLogTail(db, { jobId: id, attempt: row.attempt }),
  ]);
  const current = attempts.find(({ number }) => number === row.attempt);
  const isLogGone = lines.length === 0 && (current?.log_removed_at ?? null) !== null;
  const log_tail = isLogGone ? [REMOVED_LINE] : lines;
  return { job: showJob(row), attempts: attempts.map(showAttempt), log_tail };
}

export function showJob(row: JobRow): Job {
  return {
    id: row.id,
    project: row.project,
    subproject: row.subproject,
    recipe: row.recipe,
    ref: row.ref,
    sha: row.sha,
    status: row.status,
    reason: row.reason,
    exit_code: row.exit_code,
    detail: row.detail,
    attempt: row.attempt,
    priority: row.priority,
    findings_count: row.findings_count,
    findings_summary: row.findings_summary,
    recipe_snapshot: row.recipe_snapshot,
    worker: row.worker,
    queued_at: row.queued_at.toISOString(),
    claimed_at: row.claimed_at?.toISOString() ?? null,
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
    deadline_at: row.deadline_at?.toISOString() ?? null,
    cancel_requested_at: row.cancel_requested_at?.toISOString() ?? null,
    timings: {
      queued_ms: between(row.queued_at, row.claimed_at),
      prepared_ms: between(row.claimed_at, row.started_at),
      ran_ms: between(row.started_at, row.finished_at),
    },
  };
}

function showAttempt(row: AttemptRow): Attempt {
  return {
    number: row.number,
    status: row.status,
    reason: row.reason,
    exit_code: row.exit_code,
    detail: row.detail,
    worker: row.worker,
    containment: row.containment,
    claimed_at: row.claimed_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
    log: showLogSummary(row),
    log_removed_at: row.log_removed_at?.toISOString() ?? null,
    superseded:
      row.superseded_reason && row.superseded_at
        ? {
            reason: row.superseded_reason,
            exit_code: row.superseded_exit_code,
            reported_at: row.superseded_at.toISOString(),
          }
        : null,
  };
}

function showLogSummary(row: AttemptRow): Attempt['log'] {
  if (row.log_bytes === null) return null;
  return {
    bytes: row.log_bytes,
    lines: row.log_lines ?? 0,
    stored_bytes: row.log_stored_bytes ?? 0,
    stored_sha256: row.log_stored_sha256 ?? '',
    omitted_bytes: row.log_omitted_bytes ?? 0,
    omitted_lines: row.log_omitted_lines ?? 0,
  };
}

function between(from: Date | null, to: Date | null): number | null {
  return from && to ? Math.max(0, to.getTime() - from.getTime()) : null;
}
