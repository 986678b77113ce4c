import {
  RETAINED_KINDS,
  type RemovedThings,
  type Retention,
  type RetentionBody,
  type RetentionReport,
} from '@crafting-table/contracts/retention';
import { insertAudit } from '@crafting-table/database/audit';
import type { Database } from '@crafting-table/database/connect';
import { findOldFindings, removeFindings } from '@crafting-table/database/finding-retention';
import { listFolders } from '@crafting-table/database/folders';
import { findOldJobs, forgetRunsOfRemovedJobs, removeJobs } from '@crafting-table/database/job-retention';
import { findOldLogs, removeLogs } from '@crafting-table/database/log-retention';
import { findProject } from '@crafting-table/database/projects';
import { listProjectKeeping } from '@crafting-table/database/retention-rounds';
import { refuse, type Refusal } from '../refusal.ts';
import { chooseFolders } from './choose-folders.ts';

/** Who removes what is removed without anybody asking for it. */
export const RETENTION_ACTOR = 'retention';

/**
 * Removes what is not kept any more: jobs, then logs and findings of the jobs that stay; what went stands in the audit log,
 * an entry for each kind and project. A dry run only says what that would be. Mirrors and caches are left to the workers.
 */
export async function runRetention(
  db: Database,
  keep: Retention,
  { actor, project: name, dry_run }: RetentionBody & { actor: string },
): Promise<RetentionReport | Refusal> {
  const project = name === undefined ? null : await findProject(db, name, null);
  if (name !== undefined && project === null) return refuse('not_found');
  const projectId = project?.id ?? null;
  const removed = [
    ...(await retainJobs(db, keep, projectId, dry_run)),
    ...(await retainLogs(db, keep, projectId, dry_run)),
    ...(await retainFindings(db, keep, projectId, dry_run)),
  ];
  if (!dry_run) await noteRemoved(db, actor, removed);
  return { dry_run, removed, left_to_workers: await findOldFolders(db, keep, projectId) };
}

/** One entry in the audit log for each. */
export async function noteRemoved(
  db: Database,
  actor: string,
  removed: readonly RemovedThings[],
): Promise<void> {
  for (const { kind, project, worker, count, bytes } of removed) {
    const detail = { count, ...(bytes !== null && { bytes }), ...(worker !== null && { worker }) };
    await insertAudit(db, { actor, action: `retention.${kind}`, subject: project, detail });
  }
}

type Retain = (
  db: Database,
  keep: Retention,
  projectId: string | null,
  dryRun: boolean,
) => Promise<RemovedThings[]>;

const retainJobs: Retain = async (db, keep, projectId, dryRun) => {
  const old = await findOldJobs(db, keep, projectId);
  if (!dryRun && old.length > 0) {
    await removeJobs(
      db,
      old.map(({ id }) => id),
    );
    await forgetRunsOfRemovedJobs(db);
  }
  return sumUp(
    'jobs',
    old.map(({ project }) => ({ project, count: 1, bytes: null })),
  );
};

const retainLogs: Retain = async (db, keep, projectId, dryRun) => {
  const old = await findOldLogs(db, keep, projectId);
  if (!dryRun) await removeLogs(db, old);
  return sumUp(
    'logs',
    old.map(({ project, bytes }) => ({ project, count: 1, bytes })),
  );
};

const retainFindings: Retain = async (db, keep, projectId, dryRun) => {
  const old = await findOldFindings(db, keep, projectId);
  if (!dryRun) await removeFindings(db, old);
  return sumUp(
    'findings',
    old.map(({ project, count, bytes }) => ({ project, count, bytes })),
  );
};

/** What the workers will find too old or too big, by what they measured last. */
async function findOldFolders(
  db: Database,
  limits: Retention,
  projectId: string | null,
): Promise<RemovedThings[]> {
  const [folders, projects] = await Promise.all([listFolders(db), listProjectKeeping(db)]);
  const owners = new Map(projects.map((each) => [each.id, each]));
  const byWorker = Map.groupBy(folders, ({ worker }) => worker);
  const due = [...byWorker.values()].flatMap((ofHost) =>
    chooseFolders(ofHost, { limits, owners, now: new Date() }),
  );
  return due
    .filter((folder) => projectId === null || folder.projectId === projectId)
    .map(({ kind, project, projectId: id, worker, bytes }) => ({
      kind,
      project: project ?? id,
      worker,
      count: 1,
      bytes,
    }));
}

type Part = { project: string; count: number; bytes: number | null };

function sumUp(kind: (typeof RETAINED_KINDS)[number], parts: readonly Part[]): RemovedThings[] {
  return [...Map.groupBy(parts, ({ project }) => project)].map(([project, ofProject]) => ({
    kind,
    project,
    worker: null,
    count: ofProject.reduce((sum, { count }) => sum + count, 0),
    bytes: ofProject[0]!.bytes === null ? null : ofProject.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0), // No group is empty.
  }));
}
