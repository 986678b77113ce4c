// A Postgres as Debian installs it, with the tools that the embedded one lacks: `pg_dump`, `pg_restore`, `createdb`.
import { access, constants, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresBinaries } from './postgres-binaries.ts';

const VERSIONS = '/usr/lib/postgresql';
const PROGRAMS = ['postgres', 'initdb', 'pg_dump', 'pg_restore', 'createdb'];

/** The newest one that is whole. Undefined where there is none: tests of a dump then do not exist, and the runner says so. */
export async function findInstalledPostgres(): Promise<PostgresBinaries | undefined> {
  const versions = await readdir(VERSIONS).catch(() => []); // No Debian, or none installed.
  for (const version of versions.toSorted((a, b) => Number(b) - Number(a))) {
    const folder = join(VERSIONS, version);
    const looks = PROGRAMS.map((program) => access(join(folder, 'bin', program), constants.X_OK));
    if ((await Promise.allSettled(looks)).every(({ status }) => status === 'fulfilled')) return { folder };
  }
  return undefined;
}
