import type { ToolRun } from '@crafting-table/contracts/finding';
import { finishAttempt, keepSupersededResult } from '@crafting-table/database/jobs/finish-attempt';
import type { FinishAnswer } from '@crafting-table/database/jobs/finish-attempt';
import { SeriesMoved } from '@crafting-table/database/series/store-judgement';
import { isDiskFull } from '@crafting-table/runner/disk/is-disk-full';
import type { FinishedLog, LogPump } from '@crafting-table/runner/log/log-pump';
import { judgeGates, type Verdict } from './judge-end.ts';
import type { JudgedSeries } from './judge-series.ts';
import type { AttemptOutcome, LiveAttempt } from './live-attempt.ts';
import { whileAway } from './while-away.ts';
import type { WorkerParts } from './worker-parts.ts';

/** What a recipe printed, and how to compare it with what its series knows at this moment. */
export type ReadOutput = { toolRuns: ToolRun[]; count: number; judge: () => Promise<JudgedSeries> };

const NOT_RUN = { findings: [], judgement: null };
/** When somebody else was faster so often, the findings are stored as they were judged, and the series does not learn of them. */
const JUDGED_AGAIN_MAX = 50;

/**
 * Closes the log and writes the result. When the attempt was ended by somebody else, the result is kept beside it.
 * `output`: null when the recipe was never run.
 */
export async function conclude(
  { db }: WorkerParts,
  held: LiveAttempt,
  log: LogPump,
  verdict: Verdict,
  output: ReadOutput | null,
): Promise<AttemptOutcome> {
  const { jobId, attempt } = held;
  if (verdict.reason !== 'exit') log.note(`${verdict.reason}: ${verdict.detail ?? verdict.status}`);
  const finished = await log.finish();
  const late = { jobId, attempt, reason: verdict.reason, exit_code: verdict.exit_code };
  if (!('summary' in finished)) {
    await whileAway(() => keepSupersededResult(db, late));
    return 'over';
  }
  const answer = await writeEnd(db, held, finished, verdict, output);
  if (answer === 'over') await whileAway(() => keepSupersededResult(db, late));
  return answer;
}

/** Judges and writes; again, when another job of the series was judged in between. */
async function writeEnd(
  db: WorkerParts['db'],
  { jobId, attempt }: LiveAttempt,
  { summary, lastChunks, lastTrim }: Extract<FinishedLog, { summary: unknown }>,
  verdict: Verdict,
  output: ReadOutput | null,
): Promise<FinishAnswer> {
  for (let turn = 0; ; turn++) {
    const { findings, judgement } = output === null ? NOT_RUN : await whileAway(output.judge);
    const end = judgement === null ? verdict : judgeGates(verdict, judgement.summary.gates);
    const result = {
      jobId,
      attempt,
      ...end,
      log: summary,
      chunks: lastChunks,
      trim: lastTrim,
      findings,
      findingsCount: output?.count ?? 0,
      toolRuns: output?.toolRuns ?? [],
      judgement: turn < JUDGED_AGAIN_MAX ? judgement : null,
    };
    try {
      return await whileAway(() => finishAttempt(db, result));
    } catch (error) {
      if (!(error instanceof SeriesMoved)) throw error;
    }
  }
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
      judgement: null,
    }),
  );
}
