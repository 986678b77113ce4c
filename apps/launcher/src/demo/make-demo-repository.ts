import { execFile } from 'node:child_process';
import { cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

const DEMO_FILES = fileURLToPath(new URL('../../../../examples/demo', import.meta.url));
const GIT_MS = 30_000;

/** The commit is the same on every machine: same files, same author, same date. */
const GIT_ENVIRONMENT = {
  GIT_AUTHOR_NAME: 'crafting-table',
  GIT_AUTHOR_EMAIL: 'demo@crafting-table.invalid',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'crafting-table',
  GIT_COMMITTER_EMAIL: 'demo@crafting-table.invalid',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  PATH: '/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin',
};

/** Copies the demo's files into a repository of their own, once. An interrupted copy is made again. */
export async function makeDemoRepository(folder: string, signal: AbortSignal): Promise<void> {
  if (await stat(folder).catch(() => undefined)) return;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await cp(DEMO_FILES, unfinished, { recursive: true });
  const git = (...args: string[]) =>
    promisify(execFile)('git', args, { cwd: unfinished, env: GIT_ENVIRONMENT, timeout: GIT_MS, signal });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message=A greeter and a packer');
  await rename(unfinished, folder);
}
