import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from './cross-process-lock.ts';
import { projectOfMirror, usedFileOf, useLockOf } from './mirror-layout.ts';
import type { Mirrors } from './mirror.ts';
import { removeNoted, type Noted } from './remove-noted.ts';

export type FoundMirror = { projectId: string; path: string; usedAt: Date };

/** The mirrors of a host that are complete. */
export async function listMirrors({ dir }: Pick<Mirrors, 'dir'>): Promise<FoundMirror[]> {
  const found: FoundMirror[] = [];
  for (const name of existsSync(dir) ? await readdir(dir) : []) {
    const projectId = projectOfMirror(name);
    if (projectId === null) continue;
    const path = join(dir, name);
    const mark = await stat(usedFileOf(path)).catch(() => null); // Without the mark the next job makes it anew anyway.
    if (mark) found.push({ projectId, path, usedAt: mark.mtime });
  }
  return found;
}

/** Removes a mirror unless somebody has it open. The next job of its project clones again. */
export async function removeMirror(
  { settings }: Pick<Mirrors, 'settings'>,
  path: string,
  note: Noted['note'],
): Promise<boolean> {
  const away = `${path}.broken-${randomUUID()}`; // See mirrorOfLeftover.
  const remove = () => removeNoted(path, { away, note }, settings.searchPath);
  const outcome = await withLock(useLockOf(path), 'exclusive', remove, { timeoutMs: 0 });
  return outcome.held && outcome.value;
}
