// A recipe that may write into its mirror plants there what git would run; the farm's own git does not run it.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runPlainGit } from '@crafting-table/dev-services/stand-ins/plain-git';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { collectGarbage } from './collect-garbage.ts';
import {
  makeOrigin,
  makeScratchFolder,
  makeSettings,
  removeScratchFolder,
  type Origin,
} from './fixtures/make-origin.ts';
import type { GitSettings } from './git-environment.ts';
import { MIRROR_CONFIG } from './mirror-config.ts';
import { createMirrors, type Mirrors } from './mirror.ts';
import { resolveCommit } from './resolve-commit.ts';
import { runGit } from './run-git.ts';

const TIMEOUT_MS = 20_000;

let scratch: string;
let settings: GitSettings;
let origin: Origin;
let mirrors: Mirrors;
beforeEach(() => {
  scratch = makeScratchFolder();
  settings = makeSettings(scratch);
  origin = makeOrigin(join(scratch, 'origin'));
  origin.commit({ a: '1' });
  mirrors = createMirrors({ dir: join(scratch, 'mirrors'), settings });
});
afterEach(() => removeScratchFolder(scratch));

/** A program that leaves a mark and then does what is done for real. */
const evil = (then = 'true') => `touch ${scratch}/was-run; ${then} `;
const wasRun = () => existsSync(join(scratch, 'was-run'));

/** Fetches what is new in the origin, as a job would; gives back the mirror's folder. */
async function fetchNew(): Promise<string> {
  const opened = await mirrors.open({ projectId: 'p1', url: origin.url, timeoutMs: TIMEOUT_MS });
  if ('failure' in opened) throw new Error(opened.failure.message);
  await using mirror = opened.mirror;
  const sha = origin.commit({ a: String(Math.random()) });
  const wish = { ref: 'main', queuedAt: new Date() };
  expect(await resolveCommit(mirror, wish, { timeoutMs: TIMEOUT_MS })).toEqual({ sha });
  return mirror.path;
}

type Planted = { what: string; plant: (mirror: string) => Record<string, string> };

test.for<Planted>([
  {
    what: 'a program for the other end',
    plant: () => ({ [`remote.${origin.url}.uploadpack`]: evil('git-upload-pack') }),
  },
  {
    what: 'a transport that is a command',
    plant: () => ({
      [`url.ext::sh -c ${evil().trim().replaceAll(' ', '% ')}% .insteadOf`]: origin.url,
      'protocol.ext.allow': 'always',
    }),
  },
  {
    what: 'an ssh of its own',
    plant: () => ({ 'core.sshCommand': evil(), 'url.ssh://git.invalid/.insteadOf': origin.url }),
  },
  {
    what: 'a command for the refs of borrowed objects',
    plant: (mirror) => {
      mkdirSync(join(scratch, 'borrowed.git'));
      runPlainGit(join(scratch, 'borrowed.git'), ['init', '--quiet', '--bare']);
      writeFileSync(join(mirror, 'objects/info/alternates'), join(scratch, 'borrowed.git/objects\n'));
      return { 'core.alternateRefsCommand': `${evil()}#` };
    },
  },
  {
    what: 'a hook',
    plant: (mirror) => {
      const hook = join(mirror, 'hooks/reference-transaction');
      mkdirSync(join(mirror, 'hooks'));
      writeFileSync(hook, `#!/bin/sh\n${evil()}\n`);
      chmodSync(hook, 0o755);
      return {};
    },
  },
])('$what in the mirror is run by plain git, and never by the farm', async ({ plant }) => {
  const mirror = await fetchNew();
  const settingsOf = () => {
    for (const [key, value] of Object.entries(plant(mirror))) runPlainGit(mirror, ['config', key, value]);
  };
  settingsOf();
  const planted = readFileSync(join(mirror, 'config'), 'utf8');
  origin.commit({ a: 'for plain git' });
  const refspec = '+refs/heads/*:refs/remotes/origin/*';
  try {
    runPlainGit(mirror, ['fetch', origin.url, refspec]);
  } catch {
    // What was run instead did not speak git.
  }
  expect(wasRun()).toBe(true); // Otherwise nothing would be proved below.
  rmSync(join(scratch, 'was-run'));

  await fetchNew();
  expect(wasRun()).toBe(false);

  // Also when it is planted again between the farm's look at it and git's.
  writeFileSync(join(mirror, 'config'), planted);
  origin.commit({ a: 'for the race' });
  const args = ['--git-dir', mirror, 'fetch', '--upload-pack=git-upload-pack', origin.url, refspec];
  await runGit({ args, settings, timeoutMs: TIMEOUT_MS });
  expect(wasRun()).toBe(false);
});

test.for([
  {
    what: 'other settings',
    plant: (path: string) => writeFileSync(path, `${MIRROR_CONFIG}[http]\n\tproxy = http://evil.invalid\n`),
  },
  { what: 'a link', plant: (path: string) => (rmSync(path), symlinkSync(join(scratch, 'elsewhere'), path)) },
  {
    what: 'a folder',
    plant: (path: string) => (rmSync(path), mkdirSync(join(path, 'x'), { recursive: true })),
  },
])('a configuration that became $what is the farm’s again before the next command', async ({ plant }) => {
  const mirror = await fetchNew();
  writeFileSync(join(scratch, 'elsewhere'), 'not to be touched');
  plant(join(mirror, 'config'));
  await fetchNew();
  expect(readFileSync(join(mirror, 'config'), 'utf8')).toBe(MIRROR_CONFIG);
  expect(readFileSync(join(scratch, 'elsewhere'), 'utf8')).toBe('not to be touched');
  expect(readdirSync(mirror).filter((name) => name.startsWith('config'))).toEqual(['config']);
});

test('a repository around the farm’s folder is not taken for its own', async () => {
  runPlainGit(scratch, ['init', '--quiet']);
  runPlainGit(scratch, ['config', `url.${scratch}/nowhere.insteadOf`, origin.url]);
  expect(await runGit({ args: ['ls-remote', origin.url], settings, timeoutMs: TIMEOUT_MS })).toMatchObject({
    stdout: expect.stringContaining('refs/heads/main'),
  });
});

test('a hook for the collection of garbage is not asked', async () => {
  const mirror = await fetchNew();
  await fetchNew();
  runPlainGit(mirror, ['config', 'gc.recentObjectsHook', evil()]);
  const options = {
    mirrors,
    workspacesRoot: join(scratch, 'workspaces'),
    isKnownProject: () => true,
    packsMax: 1,
  };
  expect(await collectGarbage(options)).toMatchObject({ repacked: [expect.any(String)] });
  expect(wasRun()).toBe(false);
  expect(readFileSync(join(mirror, 'config'), 'utf8')).toBe(MIRROR_CONFIG);
});
