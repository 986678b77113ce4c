import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
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
import { createWorkspaces } from './workspaces.ts';

const timeoutMs = 20_000;

let scratch: string;
let origin: Origin;
let mirrors: Mirrors;
let mirror: Mirror;
let first: string;

beforeEach(async () => {
  scratch = makeScratchFolder();
  origin = makeOrigin(join(scratch, 'origin'));
  first = origin.commit({ 'a.txt': 'one\n' });
  mirrors = createMirrors({ dir: join(scratch, 'mirrors'), settings: makeSettings(scratch) });
  mirror = await open(mirrors, origin.url);
});

afterEach(async () => {
  await mirror[Symbol.asyncDispose]();
  removeScratchFolder(scratch);
});

async function open(from: Mirrors, url: string): Promise<Mirror> {
  const opened = await from.open({ projectId: 'p', url, timeoutMs });
  if ('failure' in opened) throw new Error(opened.failure.message);
  return opened.mirror;
}

const resolveRef = (ref: string) => resolveCommit(mirror, { ref, queuedAt: new Date() }, { timeoutMs });
const resolveSha = (sha: string) => resolveCommit(mirror, { sha }, { timeoutMs });
const failure = (kind: string) => ({
  failure: { kind, message: expect.not.stringContaining(scratch + '/m') },
});

describe('a ref', () => {
  it('is a branch, else a tag, else a full name, and follows annotated tags to the commit', async () => {
    origin.git('tag', '--annotate', 'v1', '--message', 'first');
    const second = origin.commit({ 'a.txt': 'two\n' });
    origin.git('branch', 'topic/x', first);
    origin.git('tag', 'topic/x', second);
    origin.git('update-ref', 'refs/pull/7/head', second);
    expect(await resolveRef('main')).toEqual({ sha: second });
    expect(await resolveRef('v1')).toEqual({ sha: first });
    expect(await resolveRef('topic/x')).toEqual({ sha: first });
    expect(await resolveRef('refs/tags/topic/x')).toEqual({ sha: second });
    expect(await resolveRef('refs/pull/7/head')).toEqual({ sha: second });
    expect(await resolveRef('HEAD')).toEqual({ sha: second });
    expect(await resolveRef(first)).toEqual({ sha: first });
    expect(await resolveRef(first.slice(0, 9))).toEqual({ sha: first });
  });

  it('is answered as the remote has it now, also after a push by force and a deletion', async () => {
    origin.git('branch', 'gone');
    expect(await resolveRef('gone')).toEqual({ sha: first });
    origin.git('branch', '--delete', '--force', 'gone');
    origin.git('commit', '--quiet', '--amend', '--allow-empty', '--message', 'other');
    expect(await resolveRef('gone')).toEqual(failure('ref_missing'));
    expect(await resolveRef('main')).toEqual({ sha: origin.git('rev-parse', 'HEAD') });
    expect(runPlainGit(mirror.path, ['for-each-ref', '--format=%(refname)'])).toBe(
      'refs/remotes/origin/main',
    );
  });

  it('may replace a branch by a folder of branches', async () => {
    origin.git('branch', 'a');
    expect(await resolveRef('a')).toEqual({ sha: first });
    origin.git('branch', '--delete', 'a');
    origin.git('branch', 'a/b');
    expect(await resolveRef('a/b')).toEqual({ sha: first });
  });

  it('that nobody has is named in the failure', async () => {
    expect(await resolveRef('nope')).toEqual({
      failure: { kind: 'ref_missing', message: expect.stringContaining('nope') },
    });
    expect(await resolveRef('--upload-pack=x')).toEqual(failure('ref_missing'));
  });

  it('of a repository without commits is missing', async () => {
    const empty = makeOrigin(join(scratch, 'empty'));
    await using other = await open(mirrors, empty.url);
    expect(await resolveCommit(other, { ref: 'main', queuedAt: new Date() }, { timeoutMs })).toEqual(
      failure('ref_missing'),
    );
  });

  it('of something that is no commit is missing', async () => {
    origin.git('tag', 'tree', `${first}^{tree}`);
    expect(await resolveRef('tree')).toEqual(failure('commit_missing'));
  });
});

describe('a commit', () => {
  it('that the mirror has needs no remote', async () => {
    await resolveSha(first);
    removeScratchFolder(origin.dir);
    expect(await resolveSha(first)).toEqual({ sha: first });
    expect(await resolveSha(first.toUpperCase())).toEqual({ sha: first });
  });

  it('that no branch reaches any more is fetched by its own name', async () => {
    origin.git('commit', '--quiet', '--amend', '--allow-empty', '--message', 'other');
    expect(await resolveSha(first)).toEqual({ sha: first });
  });

  it('that exists nowhere is missing', async () => {
    expect(await resolveSha('1'.repeat(40))).toEqual(failure('commit_missing'));
    expect(await resolveSha('main')).toEqual(failure('commit_missing'));
  });
});

describe('the mirror', () => {
  it('of an edited address is another one, in which old commits are missing', async () => {
    await resolveSha(first);
    const other = makeOrigin(join(scratch, 'other'));
    const commit = other.commit({ 'b.txt': 'b\n' });
    await using edited = await open(mirrors, other.url);
    expect(await resolveCommit(edited, { sha: commit }, { timeoutMs })).toEqual({ sha: commit });
    expect(await resolveCommit(edited, { sha: first }, { timeoutMs })).toEqual(failure('commit_missing'));
  });

  it('is whole again after the first fetch that follows damage to its files', async () => {
    const second = origin.commit({ 'a.txt': 'two\n' });
    await resolveRef('main');
    const packs = join(mirror.path, 'objects/pack');
    for (const name of readdirSync(packs)) truncateSync(join(packs, name), 40);
    await using again = await open(createMirrors(mirrors), origin.url);
    const third = origin.commit({ 'a.txt': 'three\n' });
    expect(await resolveCommit(again, { ref: 'main', queuedAt: new Date() }, { timeoutMs })).toEqual({
      sha: third,
    });
    expect(runPlainGit(mirror.path, ['log', '--format=%H', third])).toBe([third, second, first].join('\n'));
    expect(readdirSync(mirrors.dir).filter((name) => /new|broken/.test(name))).toEqual([]);
  });

  it('is made anew when a workspace finds it damaged', async () => {
    await resolveRef('main');
    await using workspaces = await createWorkspaces({
      root: join(scratch, 'work'),
      instanceId: 'one',
      settings: mirrors.settings,
    });
    const packs = join(mirror.path, 'objects/pack');
    for (const name of readdirSync(packs)) truncateSync(join(packs, name), 40);
    const acquired = await workspaces.acquire({ mirror, sha: first, attemptId: 'x', timeoutMs });
    expect(acquired).toHaveProperty('workspace.sha', first);
  });

  it('is made anew when half of it is missing', async () => {
    await resolveRef('main');
    removeScratchFolder(join(mirror.path, 'refs'));
    await using again = await open(mirrors, origin.url);
    expect(existsSync(join(again.path, 'refs'))).toBe(true);
    expect(await resolveRef('main')).toEqual({ sha: first });
  });

  it('gets over a lock file that a killed git left behind', async () => {
    await resolveRef('main');
    const left = join(mirror.path, 'packed-refs.lock');
    writeFileSync(left, '');
    const longAgo = new Date(Date.now() - 3_600_000);
    utimesSync(left, longAgo, longAgo);
    const second = origin.commit({ 'a.txt': 'two\n' });
    origin.git('branch', 'b');
    expect(await resolveRef('b')).toEqual({ sha: second });
    expect(existsSync(left)).toBe(false);
  });

  it('refuses what is no address, and file: addresses unless they are allowed', async () => {
    const strict = createMirrors({ dir: join(scratch, 'strict'), settings: makeSettings(scratch, false) });
    for (const url of [origin.url, 'ext::sh -c true', '--upload-pack=x']) {
      expect(await strict.open({ projectId: 'p', url, timeoutMs })).toEqual(failure('refused'));
    }
    expect(readdirSync(strict.dir)).toEqual([]);
  });

  it('says why a remote does not answer', async () => {
    mkdirSync(join(scratch, 'nothing'));
    for (const [url, kind] of [
      [`file://${scratch}/nothing`, 'not_a_repository'],
      ['http://ann:secret@127.0.0.1:1/a.git', 'unreachable'],
    ] as const) {
      await using other = await open(mirrors, url);
      const resolved = await resolveCommit(other, { ref: 'main', queuedAt: new Date() }, { timeoutMs });
      expect(resolved).toEqual(failure(kind));
      expect(JSON.stringify(resolved)).not.toContain('secret');
      expect(readFileSync(join(other.path, 'config'), 'utf8')).not.toContain('secret');
    }
  });
});
