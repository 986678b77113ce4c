import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect, onTestFinished, test, vi } from 'vitest';

import { createLogSpool } from './log-spool.ts';
import type { DiskFull } from './log-spool.ts';

const WAIT = { timeout: 20_000, interval: 10 };

const LIMITS = { headBytes: 100, tailBytes: 400, segmentBytes: 100, memoryBytes: 1_000 };

test('gives back what was appended, from memory and from disk, across segments', async () => {
  const { spool } = await start();
  const written = Buffer.from(Array.from({ length: 450 }, (_, index) => index % 251));
  for (let at = 0; at < written.length; at += 30) await spool.append(written.subarray(at, at + 30));
  expect(await spool.read(0, 450)).toEqual(written);
  await vi.waitFor(async () => expect(await bytesIn(spool.folder)).toBe(450), WAIT);
  expect(await spool.read(95, 305)).toEqual(written.subarray(95, 305));
});

test('keeps the head and the tail, gives up the middle, and says so', async () => {
  const { spool } = await start();
  for (let index = 0; index < 100; index += 1) await spool.append(Buffer.alloc(100, index));
  await vi.waitFor(async () => expect(await bytesIn(spool.folder)).toBe(500), WAIT);
  expect(await spool.read(0, 100)).toEqual(Buffer.alloc(100, 0));
  expect(await spool.read(5_000, 5_010)).toBeNull();
  expect((await spool.read(9_600, 10_000))?.subarray(0, 100)).toEqual(Buffer.alloc(100, 96));
});

test('asks the caller to wait while more than its memory is not on disk yet', async () => {
  const { spool } = await start();
  expect(spool.append(Buffer.alloc(1_000))).toBeUndefined();
  const relief = spool.append(Buffer.alloc(1));
  expect(relief).toBeInstanceOf(Promise);
  await relief;
  expect(spool.append(Buffer.alloc(1))).toBeUndefined();
});

test('what it writes is for its own user only', async () => {
  const { spool } = await start();
  await spool.append(Buffer.from('output'));
  await vi.waitFor(async () => expect(await bytesIn(spool.folder)).toBe(6), WAIT);
  expect((await stat(spool.folder)).mode & 0o777).toBe(0o700);
  expect((await stat(path.join(spool.folder, '0.log'))).mode & 0o777).toBe(0o600);
});

test('disposal removes the folder, also in the middle of writing', async () => {
  const { spool } = await start();
  void spool.append(Buffer.alloc(100_000));
  await spool[Symbol.asyncDispose]();
  await expect(stat(spool.folder)).rejects.toThrow('ENOENT');
});

test('a folder that cannot be written is an outcome, and what was appended stays readable', async () => {
  const { spool, outcomes } = await start();
  await mkdir(path.dirname(spool.folder), { recursive: true });
  await writeFile(spool.folder, 'a file in the way of the folder');
  await spool.append(Buffer.from('output'));
  await vi.waitFor(() => expect(outcomes).toHaveLength(1), WAIT);
  expect(outcomes[0]).toMatchObject({ kind: 'disk_full', cause: { code: 'EEXIST' } });
  void spool.append(Buffer.from(' and a last line'));
  expect(String(await spool.read(0, spool.endByte))).toBe('output and a last line');
});

test('a disk without space is an outcome, and what was appended stays readable', async () => {
  const limits = {
    headBytes: 1024 ** 2,
    tailBytes: 4 * 1024 ** 2,
    segmentBytes: 256 * 1024,
    memoryBytes: 64 * 1024,
  };
  const { spool, outcomes } = await start(limits, await folderOnSmallDisk());
  const written: Buffer[] = [];
  while (outcomes.length === 0) {
    const chunk = Buffer.alloc(20_000, written.length);
    written.push(chunk);
    await spool.append(chunk);
  }
  expect(outcomes).toMatchObject([{ kind: 'disk_full', cause: { code: 'ENOSPC' } }]);
  expect(spool.endByte).toBeGreaterThan(1024 ** 2 - 64 * 1024);
  expect(Buffer.concat(written).equals((await spool.read(0, spool.endByte))!)).toBe(true);
});

async function start(limits = LIMITS, folder?: string) {
  const parent = await mkdtemp(path.join(tmpdir(), 'log-spool-'));
  const outcomes: DiskFull[] = [];
  const own = folder ?? path.join(parent, 'spool');
  const spool = createLogSpool({ folder: own, limits, onDiskFull: (outcome) => outcomes.push(outcome) });
  onTestFinished(async () => {
    await spool[Symbol.asyncDispose]();
    await rm(parent, { recursive: true, force: true });
  });
  return { spool: Object.assign(spool, { folder: own }), outcomes };
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The folder for a spool on a disk of 1 MiB; where mounting is not allowed, its fifth segment of 256 KiB is /dev/full. */
async function folderOnSmallDisk(): Promise<string> {
  const disk = await mkdtemp(path.join(tmpdir(), 'log-disk-'));
  const folder = path.join(disk, 'spool');
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
  if (mount.status !== 0) {
    await mkdir(folder);
    await symlink('/dev/full', path.join(folder, '4.log'));
  }
  onTestFinished(async () => {
    if (mount.status === 0) spawnSync('umount', [disk]);
    await rm(disk, { recursive: true, force: true });
  });
  return folder;
}
