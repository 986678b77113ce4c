import { lstatSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { markPreparing, type ClaimedJob } from '@crafting-table/database/jobs/claim-job';
import type { GitFailure } from '@crafting-table/runner/git/git-failure';
import type { Mirror } from '@crafting-table/runner/git/mirror';
import { resolveCommit } from '@crafting-table/runner/git/resolve-commit';
import type { Workspace } from '@crafting-table/runner/git/workspaces';
import { whileAway } from './while-away.ts';
import type { WorkerParts } from './worker-parts.ts';

/** A workspace in which a recipe can be started. Disposal gives up what holds the mirror, not the workspace. */
export type Prepared = AsyncDisposable & { workspace: Workspace; mirror: Mirror; cwd: string };
export type NotPrepared = { refused: GitFailure['kind']; detail: string };

/** Preparing that takes longer is announced, or the sweep would take the worker for dead. */
const ANNOUNCE_AFTER_MS = 2000;

/** Makes the workspace of an attempt: mirror, commit, worktree, the subproject's folder in it. */
export async function prepareWorkspace(
  parts: WorkerParts,
  job: ClaimedJob,
  attemptId: string,
): Promise<Prepared | NotPrepared> {
  const announce = setTimeout(() => {
    void whileAway(() => markPreparing(parts.db, { jobId: job.id, attempt: job.attempt }));
  }, ANNOUNCE_AFTER_MS);
  try {
    return await prepare(parts, job, attemptId);
  } finally {
    clearTimeout(announce);
  }
}

async function prepare(
  parts: WorkerParts,
  job: ClaimedJob,
  attemptId: string,
): Promise<Prepared | NotPrepared> {
  const timeoutMs = parts.limits.setupSecs * 1000;
  const opened = await parts.mirrors.open({
    projectId: job.project_id,
    url: job.git_url,
    credentials: job.git_credentials,
    timeoutMs,
  });
  if ('failure' in opened) return explain(opened.failure);
  await using stack = new AsyncDisposableStack();
  const mirror = stack.use(opened.mirror);
  const resolved = await resolveCommit(mirror, commitWish(job), { timeoutMs });
  if ('failure' in resolved) return explain(resolved.failure);
  const acquired = await parts.workspaces.acquire({ mirror, sha: resolved.sha, attemptId, timeoutMs });
  if ('failure' in acquired) return explain(acquired.failure);
  const { workspace } = acquired;
  const cwd = folderInside(workspace.tree, job.subproject);
  if (cwd === null) {
    void parts.workspaces.release(workspace, { treeIsEmpty: true });
    return { refused: 'other', detail: `the commit ${resolved.sha} has no folder ${job.subproject}` };
  }
  const held = stack.move();
  return { workspace, mirror, cwd, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/**
 * The moment the job was queued is told by the server's clock; here it is moved to this host's, never too early, so that a
 * ref is answered as the remote had it at or after that moment.
 */
function commitWish(job: ClaimedJob): { sha: string } | { ref: string; queuedAt: Date } {
  if (job.sha !== null) return { sha: job.sha };
  const waitedMs = job.claimed_at.getTime() - job.queued_at.getTime();
  return { ref: job.ref ?? job.default_branch, queuedAt: new Date(Date.now() - waitedMs) };
}

/** The subproject's folder, or null when it is missing, no folder, or a link out of the tree or to nowhere. */
function folderInside(tree: string, subproject: string): string | null {
  if (subproject === '.') return tree;
  try {
    const real = realpathSync(join(tree, subproject));
    return real.startsWith(realpathSync(tree) + sep) && lstatSync(real).isDirectory() ? real : null;
  } catch {
    return null; // Nothing is there, or a link that leads nowhere or in circles.
  }
}

function explain({ kind, message }: GitFailure): NotPrepared {
  return { refused: kind, detail: message };
}
