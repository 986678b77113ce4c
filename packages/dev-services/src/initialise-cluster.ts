// Makes an empty Postgres cluster, once in the life of a data folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { readLines } from './read-lines.ts';
import type { ServiceUser } from './service-user.ts';

export const POSTGRES_USER = 'crafting';

type ClusterOptions = {
  cluster: string;
  password: string;
  binaries: PostgresBinaries;
  user: ServiceUser | undefined;
  isDurable: boolean;
};

/** Does nothing when the cluster exists. It appears under its name only when complete: an interrupted one is made anew. */
export async function initialiseCluster(options: ClusterOptions): Promise<void> {
  if (await stat(join(options.cluster, 'PG_VERSION')).catch(() => undefined)) return;
  const parent = dirname(options.cluster);
  const unfinished = join(parent, 'cluster.unfinished');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  if (options.user) await chown(unfinished, options.user.uid, options.user.gid);
  await runInitdb(unfinished, options);
  await rename(unfinished, options.cluster);
}

/**
 * How a Postgres program is told its cluster. Its working folder is the cluster, entered before the switch of user, and
 * `/proc/self/cwd` leads there without a look at the parents, which the service user may not be allowed to pass.
 */
export function clusterArgument(user: ServiceUser | undefined, cluster: string): string {
  return user && process.platform === 'linux' ? '/proc/self/cwd' : cluster;
}

/** Nothing of the caller's environment: its PG* and LC_* variables would change what the programs do. */
export const POSTGRES_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

async function runInitdb(
  cluster: string,
  { binaries, user, password, isDurable }: ClusterOptions,
): Promise<void> {
  await using passwordFile = await openPasswordFile(dirname(cluster), password, user);
  const args = ['-D', clusterArgument(user, cluster), '-U', POSTGRES_USER, '-A', 'scram-sha-256'];
  args.push('--pwfile=/dev/fd/3', '-E', 'UTF8', '--locale=C', '--no-instructions');
  if (!isDurable) args.push('--no-sync');
  const child = spawn(join(binaries.folder, 'bin', 'initdb'), args, {
    cwd: cluster,
    env: POSTGRES_ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'pipe', passwordFile.fd],
    ...user,
  });
  const output: string[] = [];
  readLines(child.stdout!, (line) => output.push(line)); // Both are pipes, as asked for above.
  readLines(child.stderr!, (line) => output.push(line));
  const [code, signal] = await once(child, 'close');
  if (code === 0) return;
  const lastLines = output.slice(-20).join('\n');
  // Containers are run under numbers that no /etc/passwd knows; Postgres insists on a name.
  const isNameless = lastLines.includes('could not look up effective user ID');
  const advice = isNameless
    ? '\nGive this user a line in /etc/passwd, or set DATABASE_URL to a Postgres of your own.'
    : '';
  throw new Error(`initdb ended with ${code ?? signal}:\n${lastLines}${advice}`);
}

/** initdb reads the password from an open file that has no name any more, so it is in no argument and stays nowhere. */
async function openPasswordFile(folder: string, password: string, user: ServiceUser | undefined) {
  const holder = await mkdtemp(join(folder, 'initdb-'));
  const file = await open(join(holder, 'password'), 'wx+', 0o600);
  if (user) await file.chown(user.uid, user.gid);
  await file.writeFile(`${password}\n`);
  if (process.platform === 'linux') await rm(holder, { recursive: true });
  return {
    fd: file.fd,
    async [Symbol.asyncDispose]() {
      await file.close();
      await rm(holder, { recursive: true, force: true });
    },
  };
}
