import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { killLeftovers } from './kill-leftovers.ts';
import { sendSignal } from './kill-tree.ts';

const prefix = `test.${randomUUID()}`;
const started: ChildProcess[] = [];
// Each leads a group of its own, with the sleep in it.
afterAll(() => started.forEach((child) => sendSignal(-child.pid!, 'SIGKILL')));

function startSleeper(environment: Record<string, string>, cwd = '/'): ChildProcess {
  const child = spawn('/bin/sh', ['-c', 'trap "" TERM; sleep 300; exit'], {
    env: environment,
    cwd,
    stdio: 'ignore',
    detached: true,
  });
  started.push(child);
  return child;
}

test('only processes of the attempts asked about are killed, whatever they think of TERM', async () => {
  const lost = startSleeper({ CRAFTING_ATTEMPT: `${prefix}.1` });
  const running = startSleeper({ CRAFTING_ATTEMPT: `${prefix}.2` });
  const stranger = startSleeper({ NOTE: `CRAFTING_ATTEMPT=${prefix}.1` });
  const ended = once(lost, 'exit');
  // The shell, and the sleep below it once that has started.
  expect(await killLeftovers((id) => id === `${prefix}.1`)).toBeGreaterThanOrEqual(1);
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect([running.exitCode, running.signalCode, stranger.exitCode, stranger.signalCode]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

test('what has no marker any more is found by the folder it works in, and nobody beside that folder is', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'crafting-leftovers-')));
  const [inside, beside] = ['dead', 'dead-too'].map((name) => join(folder, name));
  for (const each of [inside!, beside!]) mkdirSync(join(each, 'tree'), { recursive: true });
  const hidden = startSleeper({}, join(inside!, 'tree'));
  const stranger = startSleeper({}, join(beside!, 'tree'));
  const ended = once(hidden, 'exit');
  expect(await killLeftovers(() => false, inside!)).toBeGreaterThanOrEqual(1);
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
  rmSync(folder, { recursive: true });
});

test('this process is never killed, even if it carries the marker', async () => {
  const self = spawn(process.execPath, ['--input-type=module', '-e', SELF], {
    env: { CRAFTING_ATTEMPT: `${prefix}.self`, MODULE: new URL('kill-leftovers.ts', import.meta.url).href },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  started.push(self);
  let said = '';
  self.stdout.on('data', (chunk) => (said += chunk));
  expect(await once(self, 'close')).toEqual([0, null]);
  expect(said).toBe('0\n');
});

const SELF = `
  const { killLeftovers } = await import(process.env.MODULE);
  console.log(await killLeftovers((id) => id === process.env.CRAFTING_ATTEMPT));
`;

test('nothing to kill is no error', async () => {
  expect(await killLeftovers(() => false)).toBe(0);
});
