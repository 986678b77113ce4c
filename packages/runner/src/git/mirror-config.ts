// The mirror's configuration, as it is before each git command that reads it. A recipe of the worker's own user may have
// written there, and git believes it: which proxy to send a password through, which hook to ask before it collects garbage.
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const MIRROR_CONFIG = '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n';

/** Files that send git elsewhere, or show it another history. No mirror has any of them. */
const FOREIGN = ['commondir', 'config.worktree', 'shallow', 'info/grafts', 'objects/info/alternates'];

/** Five calls of the system when all is well. */
export function restoreMirrorConfig(mirrorPath: string): void {
  for (const name of FOREIGN) {
    const path = join(mirrorPath, name);
    if (existsSync(path)) rmSync(path, { recursive: true });
  }
  const path = join(mirrorPath, 'config');
  if (isAsMade(path)) return;
  const fresh = `${path}.${randomUUID()}`;
  writeFileSync(fresh, MIRROR_CONFIG);
  try {
    renameSync(fresh, path); // Whole or not at all for a git that reads it now; a link is replaced and not followed.
  } catch {
    rmSync(path, { recursive: true, force: true }); // A folder of that name.
    renameSync(fresh, path);
  }
}

function isAsMade(path: string): boolean {
  try {
    return readFileSync(path, 'utf8') === MIRROR_CONFIG;
  } catch {
    return false; // Not there, or no file.
  }
}
