import { chown, mkdir, realpath, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Delivery } from '@crafting-table/contracts/delivery';
import {
  claimJob,
  markStarted,
  returnAttempt,
  type ClaimedJob,
  type StartAnswer,
} from '@crafting-table/database/jobs/claim-job';
import { watchRoom } from '@crafting-table/runner/disk/watch-room';
import type { LogPump } from '@crafting-table/runner/log/log-pump';
import { maskText } from '@crafting-table/runner/log/mask-secrets';
import { recipeEnvironment } from '@crafting-table/runner/process/recipe-environment';
import { startRecipe, type RecipeEnd } from '@crafting-table/runner/process/start-recipe';
import { continueTrace, traceFields } from '../trace.ts';
import { createAttemptStop } from './attempt-stop.ts';
import { conclude, endFailed } from './conclude.ts';
import { judgeEnd, type Verdict } from './judge-end.ts';
import { judgeSeries } from './judge-series.ts';
import type { AttemptOutcome, LiveAttempt } from './live-attempt.ts';
import { openOutput } from './open-output.ts';
import { prepareWorkspace, type NotPrepared, type Prepared } from './prepare-workspace.ts';
import { secretsOf } from './secrets-of.ts';
import { whileAway } from './while-away.ts';
import type { WorkerParts } from './worker-parts.ts';

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
  const held: LiveAttempt = {
    jobId: job.id,
    attempt: job.attempt,
    stop: createAttemptStop(),
    fields: { job_id: job.id, attempt: job.attempt, ...traceFields(continueTrace(job.traceparent)) },
  };
  live.add(held);
  parts.onStep('an attempt begins', { ...held.fields, recipe: job.recipe });
  try {
    const outcome = await runClaimed(parts, job, held);
    parts.onStep('an attempt ended', { ...held.fields, outcome });
    return outcome;
  } catch (error) {
    parts.onTrouble('an attempt failed in the farm itself', { err: error, ...held.fields });
    return await endFailed(parts, held, error);
  } finally {
    live.delete(held);
  }
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
  if ('refused' in prepared) return await conclude(parts, held, output.log, judgeSetup(prepared, job), null);
  stack.use(prepared);
  let treeIsEmpty = true;
  // Sweeping the workspace is not waited for: the result is in, and the next attempt waits for it where it must.
  stack.defer(() => void parts.workspaces.release(prepared.workspace, { treeIsEmpty }));

  const { timeout_secs: timeoutSecs } = job.recipe_snapshot;
  const { sha, tree } = prepared.workspace;
  const start = await confirmStart(parts, { ...held, sha, timeoutSecs });
  if (start === 'over') stop.request('lost');
  if (start === 'cancel_requested') stop.request('cancelled');
  if (stop.reason !== null) return await endUnstarted(parts, held, output.log);

  const reading = stack.use(
    parts.findings.open({
      id: attemptId,
      tree,
      reports: prepared.workspace.reports,
      subproject: job.subproject,
      startedAtMs: parts.clock.nowMs(),
      secrets: secretsOf(job),
      command: job.recipe_snapshot.command,
      declaredTools: job.recipe_snapshot.tools ?? [],
      matchers: job.recipe_snapshot.problem_matchers ?? [],
    }),
  );
  output.readBy(reading);
  const room = stack.use(watchRoom(prepared.workspace.root));
  const ran = await runRecipe(parts, job, held, prepared, output.log, attemptId);
  const end = await orDiskFull(ran, () => room.wasFull(output.log.tail()));
  treeIsEmpty = end.survivors === 0;
  if (!treeIsEmpty) parts.onTrouble('processes of an attempt could not be ended', { ...held.fields, ...end });
  if (stop.reason === 'give_back' && end.reason === 'superseded') return await giveBack(parts, held);
  const limits = {
    timeoutSecs,
    noOutputSecs: noOutputSecs(parts, job),
    logFloodBytes: parts.limits.logFloodBytes,
  };
  const verdict = judgeEnd({ ...end, logTail: output.log.tail(), limits });
  const read = await reading.end({ exitCode: end.exitCode });
  return await conclude(parts, held, output.log, verdict, {
    ...read,
    judge: () => judgeSeries(parts, job, { mirror: prepared.mirror, sha }, reading, read),
  });
}

/**
 * Asks whether the recipe may be started. An answer that took longer than a lease lasts, because Postgres was away or this
 * process was frozen, may no longer be true: then it is asked again.
 */
async function confirmStart(
  { db, limits }: WorkerParts,
  held: { jobId: string; attempt: number; sha: string; timeoutSecs: number },
): Promise<StartAnswer> {
  for (;;) {
    const askedAt = performance.now();
    const answer = await whileAway(() => markStarted(db, held));
    if (performance.now() - askedAt < limits.leaseSecs * 1000) return answer;
  }
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
  const caches = await openCaches(parts, job);
  const recipe = startRecipe({
    command: job.recipe_snapshot.command,
    cwd,
    folder: await realpath(workspace.root),
    env: recipeEnvironment({
      path: parts.recipePath,
      home: workspace.home,
      tmp: workspace.tmp,
      caches,
      toolchainVariables: parts.toolchainVariables,
      declared: job.recipe_snapshot.env,
      hooks: job.recipe_snapshot.hooks === false ? null : workspace,
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
    user: parts.recipeUser,
    spawner: parts.spawner,
    ...(parts.hiddenFolders.length > 0 && {
      view: { hidden: parts.hiddenFolders, own: [workspace.root, caches], readOnly: [workspace.borrowed] },
    }),
  });
  stop.onRequest((reason) =>
    recipe.stop(reason === 'give_back' || reason === 'lost' ? 'superseded' : reason),
  );
  return recipe.ended;
}

/** The project's folder of caches, as the recipe's own. What is not there could not be shown. */
async function openCaches({ cacheDir, recipeUser }: WorkerParts, job: ClaimedJob): Promise<string> {
  const caches = join(cacheDir, job.project_id);
  await mkdir(caches, { recursive: true });
  if (recipeUser !== undefined) await chown(caches, recipeUser.uid, recipeUser.gid);
  const now = new Date();
  await utimes(caches, now, now); // Retention goes by it.
  return caches;
}

/** A recipe that failed by itself while the disk was full failed because of that. What it did for its own reason stands. */
async function orDiskFull(end: RecipeEnd, wasFull: () => Promise<boolean>): Promise<RecipeEnd> {
  const hasFailed = end.reason === 'exit' && end.exitCode !== 0;
  return hasFailed && (await wasFull()) ? { ...end, reason: 'disk_full' } : end;
}

/** Stopped between the claim and the start of the recipe. */
async function endUnstarted(parts: WorkerParts, held: LiveAttempt, log: LogPump): Promise<AttemptOutcome> {
  const { reason } = held.stop;
  if (reason === 'give_back') return giveBack(parts, held);
  if (reason === 'lost') return 'over';
  const status = reason === 'cancelled' ? 'cancelled' : 'failed';
  const verdict: Verdict = { status, reason: reason ?? 'cancelled', exit_code: null, detail: null };
  return conclude(parts, held, log, verdict, null);
}

async function giveBack({ db }: WorkerParts, held: LiveAttempt): Promise<AttemptOutcome> {
  const { jobId, attempt } = held;
  const detail = 'given back by a worker that was told to stop';
  return (await whileAway(() => returnAttempt(db, { jobId, attempt, detail }))) ? 'returned' : 'over';
}

function noOutputSecs(parts: WorkerParts, job: ClaimedJob): number {
  return job.recipe_snapshot.no_output_secs ?? parts.limits.noOutputSecs;
}
