// The release that comes after this one: the same programs under a newer version, and a migration that touches every table.
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder, type TemporaryFolder } from '@crafting-table/e2e/temporary-folder';

export type NextRelease = TemporaryFolder & { version: string; migration: string };

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PARTS = ['apps', 'packages', 'migrations', 'package.json'];
const MIGRATION = '9999-next-release.sql';
const TABLES = ['attempts', 'projects', 'tokens', 'workers', 'sweep', 'log_chunks', 'findings', 'tool_runs'];

/** A folder that can be started from; it borrows the libraries of this one. */
export async function makeNextRelease(): Promise<NextRelease> {
  await using made = new AsyncDisposableStack();
  const folder = made.use(await temporaryFolder('release'));
  for (const part of PARTS) {
    await cp(join(ROOT, part), join(folder.path, part), { recursive: true, verbatimSymlinks: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(folder.path, 'node_modules'));
  const manifest = JSON.parse(await readFile(join(folder.path, 'package.json'), 'utf8'));
  const version = `${manifest.version}-next`;
  await writeFile(join(folder.path, 'package.json'), JSON.stringify({ ...manifest, version }));
  await writeFile(join(folder.path, 'migrations', MIGRATION), renderMigration());
  const kept = made.move();
  return {
    path: folder.path,
    version,
    migration: MIGRATION,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** What an upgrade may do while the release before works: add columns that it does not know, and indexes. */
function renderMigration(): string {
  return [
    'alter table jobs add column of_next_release text;',
    ...TABLES.map((table) => `alter table ${table} add column of_next_release text not null default 'new';`),
    'create index jobs_of_next_release on jobs (of_next_release, queued_at);',
  ].join('\n');
}
