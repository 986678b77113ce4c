import { rename } from 'node:fs/promises';
import { removeTree } from './remove-tree.ts';

export type Noted = {
  /** Where it is moved first: a name that is cleared up later, should this process be killed at it. */
  away: string;
  /** Writes down that it went: once it is out of the way, and before its files go, which may take minutes. */
  note: () => Promise<void>;
};

/** Removes a folder that somebody writes down. Resolves with whether it went; it is put back when it cannot be written down. */
export async function removeNoted(path: string, { away, note }: Noted, searchPath: string): Promise<boolean> {
  const isMoved = await rename(path, away).then(
    () => true,
    () => false, // Another worker of this host was faster.
  );
  if (!isMoved) return false;
  try {
    await note();
  } catch (error) {
    await rename(away, path).catch(() => {}); // Somebody made a new one meanwhile.
    throw error;
  }
  await removeTree(away, searchPath);
  return true;
}
