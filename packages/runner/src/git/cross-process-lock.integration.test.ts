import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { acquireLock, withLock } from './cross-process-lock.ts';
import { makeScratchFolder, removeScratchFolder } from './fixtures/make-origin.ts';

const FIXTURE = join(import.meta.dirname, 'fixtures/use-lock.ts');
const LONG = { timeoutMs: 20_000 };
const ONCE = { timeoutMs: 0 };

let scratch: string;
let lock: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  scratch = makeScratchFolder();
  lock = join(scratch, 'a.lock');
});

afterEach(async () => {
  for (const child of children.splice(0)) await end(child);
  removeScratchFolder(scratch);
});

function start(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [FIXTURE, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  return child;
}

async function startHolding(...args: string[]): Promise<ChildProcess> {
  const child = start(...args);
  const [words] = await once(child.stdout!, 'data');
  expect(String(words)).toBe('held\n');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

it('shuts out another process for as long as it lives, and no longer', async () => {
  const holder = await startHolding('hold', lock, 'exclusive');
  expect(await acquireLock(lock, 'exclusive', ONCE)).toBeNull();
  expect(await acquireLock(lock, 'shared', ONCE)).toBeNull();
  expect(await acquireLock(lock, 'shared', { timeoutMs: 50 })).toBeNull();
  const waiting = acquireLock(lock, 'exclusive', LONG);
  await end(holder);
  const mine = await waiting;
  expect(mine).not.toBeNull();
  mine?.release();
});

it('lets processes share it, and keeps those who want it alone out', async () => {
  const holder = await startHolding('hold', lock, 'shared');
  const mine = await acquireLock(lock, 'shared', ONCE);
  expect(mine).not.toBeNull();
  expect(await acquireLock(lock, 'exclusive', ONCE)).toBeNull();
  await end(holder);
  expect(await acquireLock(lock, 'exclusive', ONCE)).toBeNull();
  mine?.release();
  const alone = await acquireLock(lock, 'exclusive', ONCE);
  expect(alone).not.toBeNull();
  alone?.release();
});

it('loses no turn of four processes that count under it', async () => {
  const counter = join(scratch, 'counter');
  writeFileSync(counter, '0');
  const counters = Array.from({ length: 4 }, () => start('count', lock, counter, '50'));
  const codes = await Promise.all(counters.map(async (child) => (await once(child, 'exit'))[0]));
  expect(codes).toEqual([0, 0, 0, 0]);
  expect(readFileSync(counter, 'utf8')).toBe('200');
});

it('lets a writer in although other processes share the lock without a gap', async () => {
  await startHolding('share', lock);
  await startHolding('share', lock);
  const mine = await acquireLock(lock, 'exclusive', LONG);
  expect(mine).not.toBeNull();
  mine?.release();
});

it('does the action under the lock only, and gives the lock back when the action throws', async () => {
  const first = await withLock(lock, 'exclusive', () => acquireLock(lock, 'shared', ONCE), ONCE);
  expect(first).toEqual({ held: true, value: null });
  const fall = async () => {
    throw new Error('fell');
  };
  await expect(withLock(lock, 'exclusive', fall, ONCE)).rejects.toThrow('fell');
  expect(await withLock(lock, 'shared', async () => 'free', ONCE)).toEqual({ held: true, value: 'free' });
});

it('prints no warning about the means it uses', async () => {
  const child = await startHolding('hold', lock, 'shared');
  let words = '';
  child.stderr?.on('data', (chunk) => (words += String(chunk)));
  await end(child);
  expect(words).toBe('');
});
