import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { RemovedThings } from '@crafting-table/contracts/retention';
import { replaceFolders } from '@crafting-table/database/folders';
import { isProjectBusy, listProjectKeeping } from '@crafting-table/database/retention-rounds';
import { measureTree } from '@crafting-table/runner/disk/measure-tree';
import { listMirrors, removeMirror } from '@crafting-table/runner/git/remove-mirror';
import { removeNoted } from '@crafting-table/runner/git/remove-noted';
import { removeTree } from '@crafting-table/runner/git/remove-tree';
import type { WorkerParts } from '../attempts/worker-parts.ts';
import { chooseFolders, type Folder, type FolderLimits } from './choose-folders.ts';
import { noteRemoved, RETENTION_ACTOR } from './note-removed.ts';

/** What of a worker it needs. */
export type TidyParts = Pick<WorkerParts, 'db' | 'worker' | 'mirrors' | 'cacheDir'>;

type FoundFolder = Folder & { path: string };

/** Removed under another name, so that a recipe that begins at this moment makes a new one. */
const REMOVED = /\.removed-[0-9a-f-]{36}$/;
const PROJECT_ID = /^[0-9a-f-]{36}$/;

/**
 * One round over the mirrors and caches of this host: measures them, removes what is not kept any more and says so in the
 * audit log. A mirror that somebody has open stays, and so does a cache of a project of which something runs.
 */
export async function tidyFolders(
  parts: TidyParts,
  limits: FolderLimits,
  signal: AbortSignal,
): Promise<RemovedThings[]> {
  const { db, worker, mirrors, cacheDir } = parts;
  const { searchPath } = mirrors.settings;
  await finishRemovals(cacheDir, searchPath);
  const found = [...(await findMirrors(parts, signal)), ...(await findCaches(cacheDir, signal))];
  if (signal.aborted) return []; // What was measured by then is not all there is.
  const projects = await listProjectKeeping(db);
  const owners = new Map(projects.map((each) => [each.id, each]));
  const removed = new Map<FoundFolder, RemovedThings>();
  for (const folder of chooseFolders(found, { limits, owners, now: new Date() })) {
    if (signal.aborted) break;
    if (await isProjectBusy(db, folder.projectId)) continue; // Removing the others may have taken minutes.
    const { kind, projectId, bytes } = folder;
    const project = owners.get(projectId)?.name ?? projectId;
    const things = { kind, project, worker: worker.name, count: 1, bytes };
    if (await removeFolder(parts, folder, things)) removed.set(folder, things);
  }
  await replaceFolders(db, worker.id, sumByProject(found.filter((folder) => !removed.has(folder))));
  return [...removed.values()];
}

/** Resolves with whether it went. */
function removeFolder(
  { db, mirrors }: TidyParts,
  { kind, path }: FoundFolder,
  things: RemovedThings,
): Promise<boolean> {
  const note = async () => void (await noteRemoved(db, RETENTION_ACTOR, things));
  if (kind === 'mirror') return removeMirror(mirrors, path, note);
  return removeNoted(path, { away: `${path}.removed-${randomUUID()}`, note }, mirrors.settings.searchPath);
}

async function findMirrors({ mirrors }: TidyParts, signal: AbortSignal): Promise<FoundFolder[]> {
  const found: FoundFolder[] = [];
  for (const { projectId, path, usedAt } of await listMirrors(mirrors)) {
    if (PROJECT_ID.test(projectId))
      found.push({ kind: 'mirror', projectId, path, usedAt, bytes: await measureTree(path, signal) });
  }
  return found;
}

/** The time of change of a project's cache folder is when an attempt last began with it. */
async function findCaches(cacheDir: string, signal: AbortSignal): Promise<FoundFolder[]> {
  const found: FoundFolder[] = [];
  for (const projectId of await namesIn(cacheDir)) {
    if (!PROJECT_ID.test(projectId)) continue;
    const path = join(cacheDir, projectId);
    const mark = await stat(path).catch(() => null); // Another worker of this host was faster.
    if (mark)
      found.push({
        kind: 'cache',
        projectId,
        path,
        usedAt: mark.mtime,
        bytes: await measureTree(path, signal),
      });
  }
  return found;
}

/** Of a worker that was killed at it. */
async function finishRemovals(cacheDir: string, searchPath: string): Promise<void> {
  for (const name of await namesIn(cacheDir)) {
    if (REMOVED.test(name)) await removeTree(join(cacheDir, name), searchPath);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return existsSync(folder) ? readdir(folder) : [];
}

/** A project whose address was edited has two mirrors. */
function sumByProject(folders: readonly Folder[]): Folder[] {
  const groups = Map.groupBy(folders, ({ kind, projectId }) => `${kind}/${projectId}`);
  return [...groups.values()].map((group) => ({
    ...group[0]!, // No group is empty.
    bytes: group.reduce((sum, { bytes }) => sum + bytes, 0),
    usedAt: new Date(Math.max(...group.map(({ usedAt }) => usedAt.getTime()))),
  }));
}
