import { execa } from 'execa';
import type { UnixUser } from '../process/contain-command.ts';

/** Longer than any checkout that was just written took. */
const GIVE_TIMEOUT_MS = 600_000;

/** Makes the user own these folders and everything in them. Symbolic links are given themselves, never followed. */
export async function giveAway(
  paths: readonly string[],
  { uid, gid }: UnixUser,
  searchPath: string,
): Promise<void> {
  await execa('chown', ['--recursive', '--no-dereference', `${uid}:${gid}`, '--', ...paths], {
    env: { PATH: searchPath, LC_ALL: 'C' },
    extendEnv: false,
    stdin: 'ignore',
    timeout: GIVE_TIMEOUT_MS,
  });
}
