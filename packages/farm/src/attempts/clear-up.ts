import { realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { listProjectIds } from '@crafting-table/database/projects';
import { collectGarbage, removeDeadInstances } from '@crafting-table/runner/git/collect-garbage';
import { killLeftovers } from '@crafting-table/runner/process/kill-leftovers';
import type { WorkerParts } from './worker-parts.ts';

/**
 * Removes what dead workers of this host left behind: processes first, then their spools and workspaces; and mirrors of
 * projects that are gone. A dead worker is one whose instance lock is free, so nothing of a living one is touched.
 */
export async function clearUp(parts: WorkerParts, workspacesRoot: string): Promise<void> {
  // Asked late: what dead workers left running is ended also while Postgres is away.
  let known: Promise<Set<string>> | undefined;
  const garbage = await collectGarbage({
    mirrors: parts.mirrors,
    workspaces: parts.workspaces,
    workspacesRoot,
    mirrorUnusedMs: Infinity, // Retention knows what each project keeps: see retention/tidy-folders.ts.
    isKnownProject: async (projectId) => (await (known ??= listProjectIds(parts.db))).has(projectId),
    onDeadInstance: async (instanceId) => {
      const isOurs = (attemptId: string) => attemptId.startsWith(`${instanceId}.`);
      const killed = await killLeftovers(isOurs, join(await realpath(workspacesRoot), instanceId));
      if (killed > 0)
        parts.onTidied('a dead worker left processes behind; they were ended', { instanceId, killed });
      // A worker of a release that had no lock beside its spools.
      await rm(join(parts.spoolDir, instanceId), { recursive: true, force: true });
    },
  });
  // Of those, too, whose workspaces went with the volume that they were on.
  await removeDeadInstances(parts.spoolDir, parts.mirrors.settings);
  if (garbage.instances.length > 0) parts.onTidied('workspaces of dead workers were removed', { ...garbage });
}
