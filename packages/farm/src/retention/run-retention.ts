import type {
  RemovedThings,
  RetainedKind,
  Retention,
  RetentionBody,
  RetentionReport,
} from '@crafting-table/contracts/retention';
import { findOldEntries, removeEntries } from '@crafting-table/database/audit-retention';
import type { Database } from '@crafting-table/database/connect';
import { findOldDigests, forgetOldDays, removeDigests } from '@crafting-table/database/digest-retention';
import { findOldFindings, removeFindings } from '@crafting-table/database/finding-retention';
import { listFolders } from '@crafting-table/database/folders';
import { findOldJobs, forgetRunsOfRemovedJobs, removeJobs } from '@crafting-table/database/job-retention';
import { findOldLogs, removeLogs } from '@crafting-table/database/log-retention';
import { findProject } from '@crafting-table/database/projects';
import type { Amount } from '@crafting-table/database/retention-limits';
import { listProjectKeeping } from '@crafting-table/database/retention-rounds';
import { refuse, type Refusal } from '../refusal.ts';
import { addUp } from './add-up.ts';
import { chooseFolders } from './choose-folders.ts';
import { removeInBatches, type Removal } from './remove-in-batches.ts';

type Asked = RetentionBody & {
  actor: string;
  /** Told to stop, it ends after the batch that it is at; the next round goes on. */
  signal: AbortSignal;
};

/**
 * Removes what is not kept any more: jobs, then logs and findings of the jobs that stay, digests, and entries of the audit log; what
 * went stands there. A dry run only says what that would be. Mirrors and caches are left to the workers.
 */
export async function runRetention(
  db: Database,
  keep: Retention,
  { actor, signal, project: name, dry_run }: Asked,
): Promise<RetentionReport | Refusal> {
  const project = name === undefined ? null : await findProject(db, name, null);
  if (name !== undefined && project === null) return refuse('not_found');
  const projectId = project?.id ?? null;
  const removed = await retainAll({ db, keep, projectId, actor, signal, isDry: dry_run });
  return { dry_run, removed, left_to_workers: await findOldFolders(db, keep, projectId) };
}

type Round = {
  db: Database;
  keep: Retention;
  /** Null: of all projects, and what is of none. */
  projectId: string | null;
  actor: string;
  signal: AbortSignal;
  isDry: boolean;
};

async function retainAll(round: Round): Promise<RemovedThings[]> {
  const { db, keep, projectId } = round;
  const jobs = await findOldJobs(db, keep, projectId);
  const staying = { projectId, without: jobs.map(({ id }) => id) };
  const findEntries = async () => (projectId === null ? findOldEntries(db, keep) : []);
  const removed = [
    ...(await retain(round, 'jobs', { find: async () => jobs, remove: removeJobs })),
    ...(await retain(round, 'logs', { find: () => findOldLogs(db, keep, staying), remove: removeLogs })),
    ...(await retain(round, 'findings', {
      find: () => findOldFindings(db, keep, staying),
      remove: removeFindings,
    })),
    ...(await retain(round, 'digests', {
      find: () => findOldDigests(db, keep, projectId),
      remove: removeDigests,
    })),
    ...(await retain(round, 'audit', { find: findEntries, remove: removeEntries })),
  ];
  if (!round.isDry && !round.signal.aborted) await forgetLeftovers(round);
  return removed;
}

async function retain<Old extends Amount>(
  round: Round,
  kind: RetainedKind,
  { find, remove }: { find: () => Promise<Old[]>; remove: Removal<Old>['remove'] },
): Promise<RemovedThings[]> {
  if (round.signal.aborted) return [];
  const old = await find();
  return round.isDry ? addUp(kind, old) : removeInBatches(round, { kind, old, remove });
}

async function forgetLeftovers({ db, keep, projectId }: Round): Promise<void> {
  await forgetRunsOfRemovedJobs(db);
  if (projectId === null) await forgetOldDays(db, keep);
}

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
