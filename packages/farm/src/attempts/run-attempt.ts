import { join } from 'node:path';
import type { Delivery } from '@crafting-table/contracts/delivery';
import {
  claimJob,
  markStarted,
  returnAttempt,
  type ClaimedJob,
} from '@crafting-table/database/jobs/claim-job';
import { finishAttempt, keepSupersededResult } from '@crafting-table/database/jobs/finish-attempt';
import { appendLogChunks } from '@crafting-table/database/log-chunks';
import { createLogPump, type LogPump } from '@crafting-table/runner/log/log-pump';
import { maskText } from '@crafting-table/runner/log/mask-secrets';
import { recipeEnvironment } from '@crafting-table/runner/process/recipe-environment';
import { startRecipe, type RecipeEnd } from '@crafting-table/runner/process/start-recipe';
import { createAttemptStop, type AttemptStop } from './attempt-stop.ts';
import { NO_FINDINGS, type ReadFindings, type Reading } from './findings-reader.ts';
import { judgeEnd, type Verdict } from './judge-end.ts';
import { prepareWorkspace, type NotPrepared, type Prepared } from './prepare-workspace.ts';
import { secretsOf } from './secrets-of.ts';
import { whileAway } from './while-away.ts';
import type { WorkerParts } from './worker-parts.ts';

export type AttemptOutcome = 'skipped' | 'accepted' | 'requeued' | 'returned' | 'over';

/** An attempt under way, for the worker's drain. */
export type LiveAttempt = { jobId: string; attempt: number; stop: AttemptStop };

/**
 * Runs one attempt of a job from its delivery to its result. Safe to call twice for a delivery: the claim decides who
 * runs it. Every write after the claim is fenced by the attempt's number, so a result that comes too late changes nothing.
 */
export async function runAttempt(
  parts: WorkerParts,
  delivery: Delivery,
  live: Set<LiveAttempt>,
): Promise<AttemptOutcome> {
  const { db, worker, limits } = parts;
  const claim = { jobId: delivery.job_id, worker, ...limits };
  const job = await whileAway(() => claimJob(db, claim));
  if (!job) return 'skipped';
  const held: LiveAttempt = { jobId: job.id, attempt: job.attempt, stop: createAttemptStop() };
  live.add(held);
  try {
    return await runClaimed(parts, job, held);
  } catch (error) {
    parts.onTrouble('an attempt failed in the farm itself', {
      err: error,
      jobId: job.id,
      attempt: job.attempt,
    });
    return await endFailed(parts, held);
  } finally {
    live.delete(held);
  }
}

/** The farm's own fault: the job is told so at once, and not only when its lease runs out. */
async function endFailed({ db }: WorkerParts, { jobId, attempt }: LiveAttempt): Promise<AttemptOutcome> {
  const detail = "the worker could not run it; the worker's log says why";
  return whileAway(() =>
    finishAttempt(db, {
      jobId,
      attempt,
      status: 'failed',
      reason: 'setup_failed',
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

async function runClaimed(parts: WorkerParts, job: ClaimedJob, held: LiveAttempt): Promise<AttemptOutcome> {
  const { stop } = held;
  // Each return below awaits: what is on the stack, the log first of all, is given up at the return itself.
  await using stack = new AsyncDisposableStack();
  stack.use(
    parts.leases.hold(held, {
      onLost: () => stop.request('lost'),
      onCancel: () => stop.request('cancelled'),
    }),
  );
  const attemptId = `${parts.worker.id}.${job.id}.${job.attempt}`;
  const output = stack.use(openOutput(parts, job, held));
  const prepared = await prepareWorkspace(parts, job, attemptId);
  if ('refused' in prepared)
    return await conclude(parts, held, output.log, judgeSetup(prepared, job), NO_FINDINGS);
  stack.use(prepared);
  let treeIsEmpty = true;
  // Sweeping the workspace is not waited for: the result is in, and the next attempt waits for it where it must.
  stack.defer(() => void parts.workspaces.release(prepared.workspace, { treeIsEmpty }));

  const { timeout_secs: timeoutSecs } = job.recipe_snapshot;
  const { sha, tree } = prepared.workspace;
  const start = await whileAway(() => markStarted(parts.db, { ...held, sha, timeoutSecs }));
  if (start === 'over') stop.request('lost');
  if (start === 'cancel_requested') stop.request('cancelled');
  if (stop.reason !== null) return await endUnstarted(parts, held, output.log);

  const place = { id: attemptId, tree, subproject: job.subproject, startedAtMs: parts.clock.nowMs() };
  const reading = stack.use(parts.findings.open(place));
  output.readBy(reading);
  const end = await runRecipe(parts, job, held, prepared, output.log, attemptId);
  treeIsEmpty = end.survivors === 0;
  if (!treeIsEmpty) parts.onTrouble('processes of an attempt could not be ended', { attemptId, ...end });
  if (stop.reason === 'give_back' && end.reason === 'superseded') return await giveBack(parts, held);
  const limits = {
    timeoutSecs,
    noOutputSecs: noOutputSecs(parts, job),
    logFloodBytes: parts.limits.logFloodBytes,
  };
  const verdict = judgeEnd({ ...end, logTail: output.log.tail(), limits });
  return await conclude(parts, held, output.log, verdict, await reading.end({ exitCode: end.exitCode }));
}

type Output = AsyncDisposable & { log: LogPump; readBy(reading: Reading): void };

/** Where the output of an attempt goes: masked into its log, and from there to whoever reads findings out of it. */
function openOutput({ db, spoolDir, worker }: WorkerParts, job: ClaimedJob, held: LiveAttempt): Output {
  let reading: Reading | null = null;
  const log = createLogPump({
    spoolDir: join(spoolDir, worker.id, `${job.id}.${job.attempt}`),
    secrets: secretsOf(job),
    ship: async (chunks, trim) =>
      (await appendLogChunks(db, held, chunks, trim)) === 'over' ? 'refused' : 'accepted',
    onRefused: () => held.stop.request('lost'),
    onDiskFull: () => held.stop.request('disk_full'),
    onBytes: (bytes) => reading?.feed(bytes),
  });
  return {
    log,
    readBy: (next) => (reading = next),
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}

function judgeSetup({ refused, detail }: NotPrepared, job: ClaimedJob): Verdict {
  const reason = refused === 'disk_full' ? 'disk_full' : 'setup_failed';
  return { status: 'failed', reason, exit_code: null, detail: maskText(detail, secretsOf(job)) };
}

async function runRecipe(
  parts: WorkerParts,
  job: ClaimedJob,
  { stop }: LiveAttempt,
  { workspace, cwd }: Prepared,
  log: LogPump,
  attemptId: string,
): Promise<RecipeEnd> {
  const recipe = startRecipe({
    command: job.recipe_snapshot.command,
    cwd,
    env: recipeEnvironment({
      path: parts.recipePath,
      home: workspace.home,
      tmp: workspace.tmp,
      caches: join(parts.cacheDir, job.project_id),
      toolchainVariables: parts.toolchainVariables,
      declared: job.recipe_snapshot.env,
      job: { id: job.id, project: job.project, recipe: job.recipe, commit: workspace.sha },
    }),
    attemptId,
    containment: parts.worker.containment,
    limits: {
      timeoutMs: job.recipe_snapshot.timeout_secs * 1000,
      noOutputMs: noOutputSecs(parts, job) * 1000,
      killGraceMs: parts.limits.killGraceSecs * 1000,
      outputBytesMax: parts.limits.logFloodBytes,
    },
    onOutput: log.write,
    spawner: parts.spawner,
  });
  stop.onRequest((reason) =>
    recipe.stop(reason === 'give_back' || reason === 'lost' ? 'superseded' : reason),
  );
  return recipe.ended;
}

/** Stopped between the claim and the start of the recipe. */
async function endUnstarted(parts: WorkerParts, held: LiveAttempt, log: LogPump): Promise<AttemptOutcome> {
  const { reason } = held.stop;
  if (reason === 'give_back') return giveBack(parts, held);
  if (reason === 'lost') return 'over';
  const status = reason === 'cancelled' ? 'cancelled' : 'failed';
  const verdict: Verdict = { status, reason: reason ?? 'cancelled', exit_code: null, detail: null };
  return conclude(parts, held, log, verdict, NO_FINDINGS);
}

async function giveBack({ db }: WorkerParts, held: LiveAttempt): Promise<AttemptOutcome> {
  const { jobId, attempt } = held;
  const detail = 'given back by a worker that was told to stop';
  return (await whileAway(() => returnAttempt(db, { jobId, attempt, detail }))) ? 'returned' : 'over';
}

/** Closes the log and writes the result. When the attempt was ended by somebody else, the result is kept beside it. */
async function conclude(
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

function noOutputSecs(parts: WorkerParts, job: ClaimedJob): number {
  return job.recipe_snapshot.no_output_secs ?? parts.limits.noOutputSecs;
}
