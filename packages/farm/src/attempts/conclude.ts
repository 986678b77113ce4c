import { finishAttempt, keepSupersededResult } from '@crafting-table/database/jobs/finish-attempt';
import { isDiskFull } from '@crafting-table/runner/disk/is-disk-full';
import type { LogPump } from '@crafting-table/runner/log/log-pump';
import type { ReadFindings } from './findings-reader.ts';
import type { Verdict } from './judge-end.ts';
import type { AttemptOutcome, LiveAttempt } from './live-attempt.ts';
import { whileAway } from './while-away.ts';
import type { WorkerParts } from './worker-parts.ts';

/** Closes the log and writes the result. When the attempt was ended by somebody else, the result is kept beside it. */
export async function conclude(
  { db }: WorkerParts,
  { jobId, attempt }: LiveAttempt,
  log: LogPump,
  verdict: Verdict,
  { findings, toolRuns, count }: ReadFindings,
): Promise<AttemptOutcome> {
  if (verdict.reason !== 'exit') log.note(`${verdict.reason}: ${verdict.detail ?? verdict.status}`);
  const finished = await log.finish();
  const late = { jobId, attempt, reason: verdict.reason, exit_code: verdict.exit_code };
  if (!('summary' in finished)) {
    await whileAway(() => keepSupersededResult(db, late));
    return 'over';
  }
  const result = {
    jobId,
    attempt,
    ...verdict,
    log: finished.summary,
    chunks: finished.lastChunks,
    trim: finished.lastTrim,
    findings,
    findingsCount: count,
    toolRuns,
  };
  const answer = await whileAway(() => finishAttempt(db, result));
  if (answer === 'over') await whileAway(() => keepSupersededResult(db, late));
  return answer;
}

/** The farm's own fault: the job is told so at once, and not only when its lease runs out. */
export async function endFailed(
  { db }: WorkerParts,
  { jobId, attempt }: LiveAttempt,
  error: unknown,
): Promise<AttemptOutcome> {
  const isFull = isDiskFull(error);
  const detail = isFull
    ? "the worker's disk is full"
    : "the worker could not run it; the worker's log says why";
  return whileAway(() =>
    finishAttempt(db, {
      jobId,
      attempt,
      status: 'failed',
      reason: isFull ? 'disk_full' : 'setup_failed',
      exit_code: null,
      detail,
      log: null,
      chunks: [],
      trim: null,
      findings: [],
      findingsCount: 0,
      toolRuns: [],
    }),
  );
}
