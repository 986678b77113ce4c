import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runPlainGit } from '@crafting-table/dev-services/stand-ins/plain-git';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  makeOrigin,
  makeScratchFolder,
  makeSettings,
  type Origin,
  removeScratchFolder,
} from './fixtures/make-origin.ts';
import { createMirrors, type Mirror, type Mirrors } from './mirror.ts';
import { resolveCommit } from './resolve-commit.ts';
import { createWorkspaces, type Workspace, type Workspaces } from './workspaces.ts';

const timeoutMs = 20_000;

let scratch: string;
let origin: Origin;
let mirrors: Mirrors;
let mirror: Mirror;
let workspaces: Workspaces;
let first: string;
let second: string;

beforeEach(async () => {
  scratch = makeScratchFolder();
  origin = makeOrigin(join(scratch, 'origin'));
  symlinkSync('a.txt', join(origin.dir, 'link'));
  writeFileSync(join(origin.dir, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  first = origin.commit({
    'a.txt': 'one\n',
    'src/b.txt': 'bee\n',
    'src/deep/c.txt': 'sea\n',
    '.gitignore': 'out/\n',
  });
  origin.git('tag', 'v1');
  second = origin.commit({ 'a.txt': 'two\n', 'src/d.txt': 'new\n' });
  mirrors = createMirrors({ dir: join(scratch, 'mirrors'), settings: makeSettings(scratch) });
  mirror = await openMirror();
  workspaces = await createWorkspaces({
    root: join(scratch, 'work'),
    instanceId: 'one',
    settings: mirrors.settings,
  });
});

it.runIf(process.getuid!() === 0)(
  'gives all of a workspace to the user of its recipes, the next one too',
  async () => {
    await using others = await createWorkspaces({
      root: join(scratch, 'work'),
      instanceId: 'two',
      settings: mirrors.settings,
      recipeUser: { uid: 65_534, gid: 65_534 },
    });
    for (const sha of [first, second, second]) {
      const acquired = await others.acquire({ mirror, sha, attemptId: sha, timeoutMs });
      if ('failure' in acquired) throw new Error(acquired.failure.message);
      const { workspace } = acquired;
      const owned = ['tree', 'tree/a.txt', 'tree/link', 'tree/.git/HEAD', 'home', 'tmp', 'reports', 'hooks'];
      const owners = owned.map((path) => lstatSync(join(workspace.root, path)).uid);
      expect(owners).toEqual(owned.map(() => 65_534));
      expect(lstatSync(workspace.root).uid).toBe(0); // Beside its folders a recipe leaves nothing.
      writeFileSync(join(workspace.tree, 'left-behind'), '');
      await others.release(workspace, { treeIsEmpty: true });
    }
  },
);

it('a workspace that is made while leftovers are looked for is not taken for one', async () => {
  for (let round = 0; round < 20; round++) {
    const looking = workspaces.discardIdle(0);
    const workspace = await acquire(first);
    await looking;
    expect(readdirSync(workspace.tree)).toContain('a.txt');
    await workspaces.release(workspace, { treeIsEmpty: false });
  }
});

afterEach(async () => {
  await workspaces[Symbol.asyncDispose]();
  await mirror[Symbol.asyncDispose]();
  const left = readdirSync(join(scratch, 'work')).filter((name) => !name.includes('.lock'));
  if (left.length > 0) throw new Error('Workspaces were left behind.');
  removeScratchFolder(scratch);
});

async function openMirror(): Promise<Mirror> {
  const opened = await mirrors.open({ projectId: 'p', url: origin.url, timeoutMs });
  if ('failure' in opened) throw new Error(opened.failure.message);
  await resolveCommit(opened.mirror, { ref: 'main', queuedAt: new Date() }, { timeoutMs });
  return opened.mirror;
}

async function acquire(sha: string): Promise<Workspace> {
  const acquired = await workspaces.acquire({ mirror, sha, attemptId: 'attempt', timeoutMs });
  if ('failure' in acquired) throw new Error(acquired.failure.message);
  return acquired.workspace;
}

const release = (workspace: Workspace) => workspaces.release(workspace, { treeIsEmpty: true });

/** Everything a recipe could see of a workspace, but for inodes and times. */
function look(workspace: Workspace): Record<string, string> {
  const seen: Record<string, string> = {};
  const names = readdirSync(workspace.root, { recursive: true, encoding: 'latin1' });
  for (const name of names) {
    if (/(^|\/)index$/.test(name)) continue; // Holds inodes; `git status` speaks for it.
    const path = Buffer.from(`${workspace.root}/${name}`, 'latin1');
    const stats = lstatSync(path);
    const content = stats.isSymbolicLink()
      ? readlinkSync(path)
      : stats.isFile()
        ? readFileSync(path, 'latin1')
        : '';
    seen[name] = `${stats.mode.toString(8)} ${content}`;
  }
  seen['git status'] = runPlainGit(workspace.tree, ['status', '--porcelain', '--ignored', '--branch']);
  seen['git refs'] = runPlainGit(workspace.tree, ['for-each-ref']);
  return seen;
}

/** A fresh checkout, made by a pool that never saw a recipe. */
async function lookFresh(sha: string): Promise<Record<string, string>> {
  await using others = await createWorkspaces({
    root: join(scratch, 'others'),
    instanceId: `fresh-${sha}`,
    settings: mirrors.settings,
  });
  const acquired = await others.acquire({ mirror, sha, attemptId: 'fresh', timeoutMs });
  if ('failure' in acquired) throw new Error(acquired.failure.message);
  expect(acquired.workspace.isWarm).toBe(false);
  return look(acquired.workspace);
}

it('checks a commit out as git does: contents, modes, links, a clean status and the refs of the remote', async () => {
  const { tree, sha, isWarm } = await acquire(second);
  expect([sha, isWarm]).toEqual([second, false]);
  expect(readFileSync(join(tree, 'a.txt'), 'utf8')).toBe('two\n');
  expect(readlinkSync(join(tree, 'link'))).toBe('a.txt');
  expect(lstatSync(join(tree, 'run.sh')).mode & 0o777).toBe(0o755);
  expect(runPlainGit(tree, ['status', '--porcelain', '--ignored'])).toBe('');
  expect(runPlainGit(tree, ['rev-parse', 'HEAD'])).toBe(second);
  expect(runPlainGit(tree, ['describe', '--tags'])).toMatch(/^v1-1-g/);
  expect(runPlainGit(tree, ['log', '--format=%H', 'origin/main'])).toBe(`${second}\n${first}`);
  expect(runPlainGit(tree, ['branch', '--show-current'])).toBe('');
});

const RECIPES: Record<string, (workspace: Workspace) => void> = {
  'that changes nothing': () => undefined,
  'that only asks for the status': ({ tree }) => git(tree, 'status'),
  'that writes files, ignored ones and empty folders': ({ tree }) => {
    mkdirSync(join(tree, 'out/deep/er'), { recursive: true });
    mkdirSync(join(tree, 'src/empty'));
    writeFileSync(join(tree, 'out/x'), 'x');
    writeFileSync(join(tree, 'src/x.o'), 'x');
  },
  'that changes, deletes and renames tracked files': ({ tree }) => {
    writeFileSync(join(tree, 'a.txt'), 'ONE\n');
    rmSync(join(tree, 'src/deep'), { recursive: true });
    git(tree, 'mv', 'src/b.txt', 'src/moved.txt');
  },
  'that changes a file and sets its times back': ({ tree }) => {
    const path = join(tree, 'a.txt');
    const { atime, mtime } = lstatSync(path);
    writeFileSync(path, 'eno\n');
    utimesSync(path, atime, mtime);
  },
  'that commits': ({ tree }) => {
    writeFileSync(join(tree, 'a.txt'), 'committed\n');
    git(tree, 'commit', '--all', '--message', 'mine');
  },
  'that makes branches, tags, a stash and configuration': ({ tree }) => {
    git(tree, 'checkout', '-b', 'mine');
    git(tree, 'tag', 'v9');
    writeFileSync(join(tree, 'a.txt'), 'stashed\n');
    git(tree, 'stash');
    git(tree, 'config', 'core.fsmonitor', 'touch /tmp/crafting-fsmonitor');
    git(tree, 'config', 'core.worktree', '/tmp');
  },
  'that installs a hook and a filter': ({ tree }) => {
    mkdirSync(join(tree, '.git/hooks'), { recursive: true });
    writeFileSync(join(tree, '.git/hooks/post-checkout'), '#!/bin/sh\ntouch ../hooked\n', { mode: 0o755 });
    writeFileSync(join(tree, '.git/info/attributes'), '*.txt filter=evil\n');
    git(tree, 'config', 'filter.evil.smudge', 'sed s/^/evil/');
  },
  'that hides a change from git': ({ tree }) => {
    git(tree, 'update-index', '--assume-unchanged', 'a.txt');
    git(tree, 'update-index', '--skip-worktree', 'src/b.txt');
    writeFileSync(join(tree, 'a.txt'), 'hidden\n');
    writeFileSync(join(tree, 'src/b.txt'), 'hidden\n');
  },
  'that leaves a merge and lock files half-done': ({ tree }) => {
    for (const name of ['MERGE_HEAD', 'index.lock', 'HEAD.lock', 'rebase-merge', 'config.worktree']) {
      writeFileSync(join(tree, '.git', name), 'x');
    }
  },
  'that replaces the repository by another one': ({ tree }) => {
    rmSync(join(tree, '.git'), { recursive: true });
    writeFileSync(join(tree, '.git'), 'gitdir: /tmp\n');
  },
  'that makes repositories in the tree': ({ tree }) => {
    git(tree, 'init', '--quiet', 'nested');
    git(tree, 'init', '--quiet', 'src');
  },
  'that changes modes': ({ tree }) => {
    chmodSync(join(tree, 'run.sh'), 0o600);
    chmodSync(join(tree, 'src'), 0o500);
    chmodSync(join(tree, 'src/deep'), 0o000);
    chmodSync(tree, 0o555);
  },
  'that swaps a folder for a link to the outside': ({ tree }) => {
    rmSync(join(tree, 'src'), { recursive: true });
    symlinkSync('../../../../precious', join(tree, 'src'));
    symlinkSync('/', join(tree, 'root'));
  },
  'that uses names of line feeds and of bytes that are not UTF-8': ({ tree }) => {
    writeFileSync(join(tree, 'a\nb'), 'x');
    writeFileSync(Buffer.from(`${tree}/src/\xff\xfe`, 'latin1'), 'x');
    mkdirSync(Buffer.from(`${tree}/\xffdir`, 'latin1'));
    writeFileSync(Buffer.from(`${tree}/\xffdir/-rf`, 'latin1'), 'x');
  },
  'that leaves folders nobody may enter': ({ tree }) => {
    mkdirSync(join(tree, 'shut/in'), { recursive: true });
    writeFileSync(join(tree, 'shut/in/x'), 'x');
    chmodSync(join(tree, 'shut/in'), 0);
    chmodSync(join(tree, 'shut'), 0);
  },
  'that makes a path longer than the system takes': ({ tree }) => {
    const loop = 'i=0; while [ $i -lt 60 ]; do mkdir $N; cd -P $N || exit 1; i=$((i+1)); done';
    execFileSync('sh', ['-c', loop], { cwd: tree, env: { PATH: '/usr/bin:/bin', N: 'n'.repeat(100) } });
  },
  'that fills its home and its temporary folder': ({ home, tmp }) => {
    writeFileSync(join(home, '.gitconfig'), '[user]\n');
    mkdirSync(join(tmp, 'a/b'), { recursive: true });
    chmodSync(home, 0o500);
  },
  'that removes its home and its tree': ({ home, tree }) => {
    rmSync(home, { recursive: true });
    rmSync(tree, { recursive: true });
  },
  'that reaches for what lies beside its tree': ({ root }) => {
    writeFileSync(join(root, 'index'), 'no index');
    writeFileSync(join(root, 'more'), 'x');
  },
};

const git = (cwd: string, ...args: string[]) => runPlainGit(cwd, args);

describe('after a recipe', () => {
  it.each(Object.entries(RECIPES))('%s, the next attempt finds a fresh checkout', async (_name, recipe) => {
    mkdirSync(join(scratch, 'precious'));
    writeFileSync(join(scratch, 'precious/kept'), 'kept');
    for (const [before, after] of [
      [first, first],
      [first, second],
    ] as const) {
      const used = await acquire(before);
      recipe(used);
      await release(used);
      const next = await acquire(after);
      expect([next.root, next.isWarm]).toEqual([used.root, true]);
      expect(look(next)).toEqual(await lookFresh(after));
      await release(next);
    }
    expect(readFileSync(join(scratch, 'precious/kept'), 'utf8')).toBe('kept');
    expect(existsSync('/tmp/crafting-fsmonitor')).toBe(false);
  });
});

it('rewrites nothing for the same commit when the recipe left the tree as it was', async () => {
  const used = await acquire(first);
  const before = lstatSync(join(used.tree, '.git/HEAD'), { bigint: true });
  writeFileSync(join(used.tree, 'extra'), 'x');
  await release(used);
  const again = await acquire(first);
  expect(lstatSync(join(again.tree, '.git/HEAD'), { bigint: true }).ctimeNs).toBe(before.ctimeNs);
  expect(existsSync(join(again.tree, 'extra'))).toBe(false);
});

it('notices a change made right after the tree was handed out', async () => {
  for (let i = 0; i < 20; i++) {
    const workspace = await acquire(i % 2 === 0 ? first : second);
    writeFileSync(join(workspace.tree, 'a.txt'), 'xxx\n');
    await release(workspace);
    const next = await acquire(i % 2 === 0 ? first : second);
    expect(readFileSync(join(next.tree, 'a.txt'), 'utf8')).toBe(i % 2 === 0 ? 'one\n' : 'two\n');
    await release(next);
  }
});

it('shows the refs of today in a tree of yesterday', async () => {
  await release(await acquire(second));
  origin.git('tag', 'v2');
  await resolveCommit(mirror, { ref: 'v2', queuedAt: new Date() }, { timeoutMs });
  const next = await acquire(second);
  expect(next.isWarm).toBe(true);
  expect(git(next.tree, 'describe', '--tags')).toBe('v2');
});

it('gives attempts of the same commit different trees, in which each may make the same branch', async () => {
  const [one, two] = await Promise.all([acquire(first), acquire(first)]);
  expect(one.root).not.toBe(two.root);
  git(one.tree, 'checkout', '-b', 'release');
  git(two.tree, 'checkout', '-b', 'release');
  git(one.tree, 'tag', 'made-by-one');
  expect(git(two.tree, 'tag', '--list')).toBe('v1');
});

it('never uses a path again whose processes may still live', async () => {
  const used = await acquire(first);
  await workspaces.release(used, { treeIsEmpty: false });
  expect(existsSync(used.root)).toBe(false);
  const next = await acquire(first);
  expect([next.root === used.root, next.isWarm]).toEqual([false, false]);
});

it('names a commit that the mirror has not, and keeps no half-made tree', async () => {
  const missing = '1'.repeat(40);
  const acquired = await workspaces.acquire({ mirror, sha: missing, attemptId: 'x', timeoutMs });
  expect(acquired).toEqual({
    failure: { kind: 'commit_missing', message: expect.not.stringContaining(mirrors.dir) },
  });
  expect(readdirSync(join(scratch, 'work/one'))).toEqual(['trash']);
});

it('drops slots that nobody used for a while', async () => {
  const used = await acquire(first);
  await release(used);
  expect(await workspaces.discardIdle(60_000)).toBe(0);
  expect(await workspaces.discardIdle(0)).toBe(1);
  expect(existsSync(used.root)).toBe(false);
});
