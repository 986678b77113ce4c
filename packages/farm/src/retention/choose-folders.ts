import type { ProjectRetention } from '@crafting-table/contracts/project-retention';
import type { Retention } from '@crafting-table/contracts/retention';

export type FolderLimits = Pick<
  Retention,
  'mirror_days' | 'cache_days' | 'cache_bytes' | 'folder_bytes_total' | 'folder_count_total'
>;

export type Folder = { kind: 'mirror' | 'cache'; projectId: string; bytes: number; usedAt: Date };

export type FolderOwner = { retention: ProjectRetention | null; isBusy: boolean };

const DAY_MS = 86_400_000;

/**
 * Of the mirrors and caches of one host those that are to go: of projects that are gone, too old, too big, and then those
 * unused for longest until the rest fits. Nothing goes of a project of which something runs.
 */
export function chooseFolders<Found extends Folder>(
  folders: readonly Found[],
  of: { limits: FolderLimits; owners: ReadonlyMap<string, FolderOwner>; now: Date },
): Found[] {
  const { limits, owners, now } = of;
  const removable = folders.filter((folder) => !owners.get(folder.projectId)?.isBusy);
  const due = new Set(removable.filter((folder) => isDue(folder, limits, owners.get(folder.projectId), now)));
  let keptBytes = folders.reduce((sum, folder) => (due.has(folder) ? sum : sum + folder.bytes), 0);
  let kept = folders.length - due.size;
  for (const folder of removable.toSorted((a, b) => a.usedAt.getTime() - b.usedAt.getTime())) {
    if (keptBytes <= limits.folder_bytes_total && kept <= limits.folder_count_total) break;
    if (due.has(folder)) continue;
    due.add(folder);
    keptBytes -= folder.bytes;
    kept -= 1;
  }
  return [...due];
}

function isDue(folder: Folder, farm: FolderLimits, owner: FolderOwner | undefined, now: Date): boolean {
  if (!owner) return true; // Its project is gone.
  const limits = { ...farm, ...owner.retention };
  const days = folder.kind === 'mirror' ? limits.mirror_days : limits.cache_days;
  const isOld = days > 0 && now.getTime() - folder.usedAt.getTime() > days * DAY_MS;
  return isOld || (folder.kind === 'cache' && folder.bytes > limits.cache_bytes);
}
