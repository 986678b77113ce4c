// Who the embedded stores run as. Postgres refuses to be root, and neither store needs to be.
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

export type ServiceUser = { uid: number; gid: number };

/** "nobody" on every Linux, whether or not /etc/passwd names it. */
const NOBODY = 65_534;

/** The user to switch to, or undefined when this process is not root and the stores simply run as itself. */
export function serviceUser(): ServiceUser | undefined {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : undefined;
}

/** Whether the user can read the file or folder: its own mode bits and a way down to it through every parent. */
export function canRead(path: string, user: ServiceUser): boolean {
  const target = resolve(path);
  const READ = 4;
  const SEARCH = 1;
  if (!hasBits(target, user, statSync(target).isDirectory() ? READ | SEARCH : READ)) return false;
  for (let folder = dirname(target); ; folder = dirname(folder)) {
    if (!hasBits(folder, user, SEARCH)) return false;
    if (folder === dirname(folder)) return true;
  }
}

function hasBits(path: string, user: ServiceUser, bits: number): boolean {
  const { uid, gid, mode } = statSync(path);
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}
