import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runPlainGit } from '@crafting-table/dev-services/stand-ins/plain-git';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { collectGarbage, type GarbageOptions } from './collect-garbage.ts';
import {
  makeOrigin,
  makeScratchFolder,
  makeSettings,
  type Origin,
  removeScratchFolder,
} from './fixtures/make-origin.ts';
import { usedFileOf } from './mirror-layout.ts';
import { createMirrors, type Mirror, type Mirrors } from './mirror.ts';
import { resolveCommit } from './resolve-commit.ts';
import { createWorkspaces } from './workspaces.ts';

const timeoutMs = 20_000;

let scratch: string;
let origin: Origin;
let mirrors: Mirrors;
let root: string;
let children: ChildProcess[];

beforeEach(() => {
  scratch = makeScratchFolder();
  origin = makeOrigin(join(scratch, 'origin'));
  mirrors = createMirrors({ dir: join(scratch, 'mirrors'), settings: makeSettings(scratch) });
  root = join(scratch, 'work');
  children = [];
});

afterEach(async () => {
  for (const child of children) await end(child);
  removeScratchFolder(scratch);
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function open(): Promise<Mirror> {
  const opened = await mirrors.open({ projectId: 'p', url: origin.url, timeoutMs });
  if ('failure' in opened) throw new Error(opened.failure.message);
  return opened.mirror;
}

async function fetchCommits(times: number): Promise<string> {
  await using mirror = await open();
  let last = '';
  for (let i = 0; i < times; i++) {
    last = origin.commit({ 'a.txt': `${i}\n` });
    await resolveCommit(mirror, { sha: last }, { timeoutMs });
  }
  return last;
}

const packs = () =>
  readdirSync(join(mirrors.dir, mirrorFolder(), 'objects/pack')).filter((name) => name.endsWith('.pack'))
    .length;
const hasCommit = (path: string, sha: string) => {
  try {
    runPlainGit(path, ['cat-file', '-e', sha]);
    return true;
  } catch {
    return false;
  }
};
const mirrorFolder = () => readdirSync(mirrors.dir).find((name) => name.endsWith('.git')) ?? 'none';
const collect = (more: Partial<GarbageOptions> = {}) =>
  collectGarbage({ mirrors, workspacesRoot: root, isKnownProject: () => true, ...more });

it('removes the workspaces of a worker that was killed, and those of no living one', async () => {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'fixtures/keep-workspaces.ts'), root, 'dead', join(scratch, 'empty-home')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.push(child);
  await once(child.stdout!, 'data');
  await using living = await createWorkspaces({ root, instanceId: 'living', settings: mirrors.settings });
  expect((await collect()).instances).toEqual([]);
  await end(child);
  expect((await collect()).instances).toEqual(['dead']);
  expect(readdirSync(root).filter((name) => name.startsWith('dead'))).toEqual([]);
  expect(existsSync(join(root, 'living'))).toBe(true);
  expect(await living.discardIdle(0)).toBe(0);
});

it('repacks a mirror that is quiet, and keeps what its branches reach', async () => {
  const last = await fetchCommits(3);
  expect(await collect()).toMatchObject({ repacked: [] });
  const longAgo = new Date(Date.now() - 8 * 86_400_000);
  utimesSync(usedFileOf(join(mirrors.dir, mirrorFolder())), longAgo, longAgo);
  expect((await collect()).repacked).toEqual([mirrorFolder()]);
  expect(packs()).toBe(1);
  await using mirror = await open();
  expect(await resolveCommit(mirror, { sha: last }, { timeoutMs })).toEqual({ sha: last });
  runPlainGit(mirror.path, ['fsck', '--strict']);
});

it('repacks a busy mirror in the first gap between its jobs, and never beside one', async () => {
  await fetchCommits(3);
  const held = await open();
  expect((await collect({ packsMax: 2 })).repacked).toEqual([]);
  await held[Symbol.asyncDispose]();
  expect((await collect({ packsMax: 2 })).repacked).toEqual([mirrorFolder()]);
});

it('removes at last what was pushed away, also when the mirror was repacked too soon for that', async () => {
  const gone = await fetchCommits(3);
  origin.git('reset', '--quiet', '--hard', 'HEAD~1');
  const last = await fetchCommits(1);
  await collect({ packsMax: 1 });
  const path = join(mirrors.dir, mirrorFolder());
  expect(hasCommit(path, gone)).toBe(true);
  const longAgo = new Date(Date.now() - 8 * 86_400_000);
  for (const entry of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
    utimesSync(join(path, entry), longAgo, longAgo);
  }
  expect((await collect()).repacked).toEqual([mirrorFolder()]);
  expect([gone, last].map((sha) => hasCommit(path, sha))).toEqual([false, true]);
  expect((await collect()).repacked).toEqual([]);
});

it('removes the mirrors of projects that are no more, once nobody uses them', async () => {
  await fetchCommits(1);
  const isKnownProject = () => false;
  const held = await open();
  expect((await collect({ isKnownProject })).mirrors).toEqual([]);
  await held[Symbol.asyncDispose]();
  expect((await collect({ isKnownProject })).mirrors).toHaveLength(1);
  expect(mirrorFolder()).toBe('none');
  await fetchCommits(1);
});

it('removes mirrors that a killed worker left half-made', async () => {
  await fetchCommits(1);
  const left = join(mirrors.dir, `${mirrorFolder()}.new-1a2b`);
  mkdirSync(left);
  writeFileSync(join(left, 'HEAD'), '');
  await collect();
  expect(existsSync(left)).toBe(false);
});

it('removes idle workspaces of the living', async () => {
  const sha = await fetchCommits(1);
  await using mirror = await open();
  await using workspaces = await createWorkspaces({ root, instanceId: 'living', settings: mirrors.settings });
  const acquired = await workspaces.acquire({ mirror, sha, attemptId: 'x', timeoutMs });
  if ('failure' in acquired) throw new Error(acquired.failure.message);
  expect((await collect({ workspaces, workspaceIdleMs: 0 })).slots).toBe(0);
  await workspaces.release(acquired.workspace, { treeIsEmpty: true });
  expect((await collect({ workspaces })).slots).toBe(0);
  expect((await collect({ workspaces, workspaceIdleMs: 0 })).slots).toBe(1);
});

it('does nothing where there is nothing yet', async () => {
  rmSync(mirrors.dir, { recursive: true });
  expect(await collect()).toEqual({ instances: [], mirrors: [], repacked: [], slots: 0 });
});
