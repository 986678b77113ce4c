import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listLocalRefs } from './local-refs.ts';

let folder: string;
const git = (...args: string[]) =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crafting-refs-'));
  git('init', '--quiet', '--initial-branch=main');
  git('commit', '--quiet', '--allow-empty', '--message=one');
});
afterEach(() => rmSync(folder, { recursive: true }));

function listedByGit(repository: string): string {
  return execFileSync('git', ['ls-remote', '--quiet', repository], { encoding: 'utf8' }).trimEnd();
}

test('branches, loose and packed, are listed as git lists them', () => {
  git('branch', 'zeta');
  git('branch', 'a/deep/one');
  git('pack-refs', '--all');
  git('commit', '--quiet', '--allow-empty', '--message=two');
  git('branch', 'a-b');
  expect(listLocalRefs(folder)).toBe(listedByGit(folder));
});

test('packed tags, annotated or not, are followed to their commits', () => {
  git('tag', 'light');
  git('tag', '--annotate', '--message=x', 'heavy');
  git('pack-refs', '--all');
  expect(listLocalRefs(folder)).toBe(listedByGit(folder));
});

test('a detached HEAD and a bare repository are listed as git lists them', () => {
  git('checkout', '--quiet', '--detach');
  expect(listLocalRefs(folder)).toBe(listedByGit(folder));
  const bare = join(folder, 'bare.git');
  git('clone', '--quiet', '--bare', '.', bare);
  expect(listLocalRefs(bare)).toBe(listedByGit(bare));
});

test('what only git can tell is left to git', () => {
  git('tag', '--annotate', '--message=x', 'loose');
  expect(listLocalRefs(folder)).toBeNull();
  git('tag', '--delete', 'loose');
  writeFileSync(join(folder, '.git/refs/heads/broken'), 'nonsense\n');
  expect(listLocalRefs(folder)).toBeNull();
  expect(listLocalRefs(join(folder, 'nowhere'))).toBeNull();
});

test('an empty repository lists nothing', () => {
  const empty = join(folder, 'empty');
  execFileSync('git', ['init', '--quiet', empty]);
  expect(listLocalRefs(empty)).toBe('');
});
