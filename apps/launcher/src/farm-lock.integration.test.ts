import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '@crafting-table/dev-services/stand-ins/temporary-folder';
import { takeFarmLock } from './farm-lock.ts';

test('the second one is told who holds the folder', async () => {
  await using folder = await temporaryFolder();
  const lock = takeFarmLock(folder.path);
  if (lock.kind !== 'held') throw new Error('nobody else can hold it');
  expect(takeFarmLock(folder.path)).toMatchObject({
    kind: 'taken',
    by: expect.stringContaining('just starting'),
  });
  lock.describe({ pid: 4711, url: 'http://127.0.0.1:8810' });
  const second = takeFarmLock(folder.path);
  expect(second).toEqual({ kind: 'taken', by: 'process 4711, which serves http://127.0.0.1:8810' });
  lock[Symbol.dispose]();
  const third = takeFarmLock(folder.path);
  expect(third.kind).toBe('held');
  if (third.kind === 'held') third[Symbol.dispose]();
});

test('the lock of a killed process is free again', async () => {
  await using folder = await temporaryFolder();
  using cleanUp = new DisposableStack();
  const holder = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'stand-ins', 'hold-lock.ts'),
      folder.path,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  cleanUp.defer(() => holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  expect(takeFarmLock(folder.path).kind).toBe('taken');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const lock = takeFarmLock(folder.path);
  expect(lock.kind).toBe('held');
  if (lock.kind === 'held') lock[Symbol.dispose]();
});
