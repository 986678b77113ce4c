// Removing what a recipe left: symbolic links are removed, never followed, and nothing about the tree is believed.
import { execa } from 'execa';
import { existsSync } from 'node:fs';

/** A recipe can leave millions of files; a removal that is not done by then is left to garbage collection. */
const REMOVE_TIMEOUT_MS = 600_000;

/**
 * Resolves with whether the path is gone. `rm` and not fs.rm: it walks by folder handles, so that a tree deeper than the
 * longest path can go, and it does not hold up the event loop.
 */
export async function removeTree(path: string, searchPath: string): Promise<boolean> {
  if (!existsSync(path)) return true;
  const options = {
    env: { PATH: searchPath, LC_ALL: 'C' },
    extendEnv: false,
    reject: false,
    stdio: 'ignore',
    timeout: REMOVE_TIMEOUT_MS,
  } as const;
  await execa('rm', ['-rf', '--', path], options);
  if (!existsSync(path)) return true;
  // Folders that even their owner may not enter. chmod -R does not follow links it meets on its way.
  await execa('chmod', ['-R', 'u+rwX', '--', path], options);
  await execa('rm', ['-rf', '--', path], options);
  return !existsSync(path);
}
