// Two worker processes with eight attempts each on one mirror, beside pushes by force, deleted branches and garbage
// collection: nobody may fail, and everybody sees exactly the commit that was asked for.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runPlainGit } from '@crafting-table/dev-services/stand-ins/plain-git';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { collectGarbage } from './collect-garbage.ts';
import {
  makeOrigin,
  makeScratchFolder,
  makeSettings,
  type Origin,
  removeScratchFolder,
} from './fixtures/make-origin.ts';
import { createMirrors } from './mirror.ts';

const RACE_MS = 10_000;

let scratch: string;
let origin: Origin;
let children: ChildProcess[];

beforeEach(() => {
  scratch = makeScratchFolder();
  origin = makeOrigin(join(scratch, 'origin'));
  children = [];
});

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  removeScratchFolder(scratch);
});

it('gives every attempt of two racing workers its own clean commit, and leaves nothing behind', async () => {
  const settings = makeSettings(scratch);
  const mirrors = createMirrors({ dir: join(scratch, 'mirrors'), settings });
  const root = join(scratch, 'work');
  commitNumber(0);
  const workers = ['one', 'two'].map((id) => startWorker([mirrors.dir, root, id, settings.emptyHome]));
  const over = new AbortController();
  const outcomes = Promise.all(workers).finally(() => over.abort());
  let repacked = 0;
  for (let number = 1; !over.signal.aborted; number++) {
    pushAndDelete(number);
    const garbage = await collectGarbage({
      mirrors,
      workspacesRoot: root,
      isKnownProject: () => true,
      packsMax: 2,
      mirrorQuietMs: 0,
    });
    repacked += garbage.repacked.length;
    await sleep(20); // The pace of the pushes, not a wait for anything.
  }
  for (const { attempts, faults } of await outcomes) {
    expect(faults).toEqual([]);
    expect(attempts).toBeGreaterThan(20);
  }
  const garbage = await collectGarbage({
    mirrors,
    workspacesRoot: root,
    isKnownProject: () => true,
    mirrorQuietMs: 0,
  });
  expect(repacked + garbage.repacked.length).toBeGreaterThan(0);
  const mirror = readdirSync(mirrors.dir).filter((name) => !name.includes('.lock'));
  expect(mirror).toHaveLength(1);
  expect(runPlainGit(join(mirrors.dir, mirror[0]!), ['fsck', '--full', '--no-dangling'])).toBe('');
  expect(readdirSync(root)).toEqual([]);
}, 60_000);

function commitNumber(number: number): void {
  const text = String(number);
  origin.commit({ number: text, 'src/number': text }, text);
}

/** Each third commit replaces the one before it by force; branches come and go beside it. */
function pushAndDelete(number: number): void {
  if (number % 3 === 0 && number > 3) origin.git('reset', '--quiet', '--hard', 'HEAD~1');
  commitNumber(number);
  origin.git('branch', `topic-${number}`);
  if (number % 2 === 0) origin.git('branch', '--quiet', '--delete', '--force', `topic-${number - 1}`);
}

async function startWorker(args: string[]): Promise<{ attempts: number; faults: string[] }> {
  const fixture = join(import.meta.dirname, 'fixtures/race-attempts.ts');
  const child = spawn(process.execPath, [fixture, ...args, origin.url, String(RACE_MS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let words = '';
  child.stdout.on('data', (chunk) => (words += String(chunk)));
  await once(child, 'close');
  return JSON.parse(words) as { attempts: number; faults: string[] }; // The fixture beside this file printed it.
}
