import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, symlink, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import * as fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';

import { countLineFeeds } from './count-line-feeds.ts';
import { LOG_LIMITS } from './log-limits.ts';
import { createLogPump } from './log-pump.ts';
import type { FinishedLog, LogPump, LogPumpOptions } from './log-pump.ts';
import { createSimulatedStore, headAndTail } from './simulated-store.ts';

const WAIT = { timeout: 20_000, interval: 10 };

const MIB = 1024 ** 2;
const SMALL = {
  ...LOG_LIMITS,
  headBytes: 500,
  tailBytes: 1_000,
  chunkBytes: 200,
  chunkMs: 5,
  gatherMs: 1,
  segmentBytes: 300,
  memoryBytes: 2_000,
  retryMs: 1,
};

test('a short log is stored as it was printed, without a line feed at its end', async () => {
  const { pump, stored } = await start();
  void pump.write(Buffer.from('no end'));
  const { summary } = await stored();
  expect(summary).toMatchObject({ bytes: 6, lines: 0, stored_bytes: 6, omitted_bytes: 0, omitted_lines: 0 });
});

test('nothing printed is an empty log', async () => {
  const { stored } = await start();
  const { summary, content } = await stored();
  expect(summary).toMatchObject({ bytes: 0, lines: 0, stored_bytes: 0, stored_sha256: sha256('') });
  expect(content).toHaveLength(0);
});

test('NUL, invalid UTF-8 and halves of characters are stored as they are', async () => {
  const { pump, stored } = await start();
  const output = Buffer.from([0, 0xff, 0xfe, 0xc3, 0x28, 0xe2, 0x82, 10, 0]);
  for (const byte of output) void pump.write(Buffer.from([byte]));
  const { content, summary } = await stored();
  expect(content).toEqual(output);
  expect(summary.stored_sha256).toBe(sha256(output));
});

test('a note stands on its own line, behind the output before it', async () => {
  const { pump, stored } = await start();
  pump.note('cloned');
  void pump.write(Buffer.from('compiling'));
  pump.note('timed out\nafter 30 min');
  void pump.write(Buffer.from('done\n'));
  pump.note('ended');
  const { content } = await stored();
  expect(String(content).split('\n')).toEqual([
    '[crafting-table] cloned',
    'compiling',
    '[crafting-table] timed out after 30 min',
    'done',
    '[crafting-table] ended',
    '',
  ]);
});

test('a note does not come between the halves of a secret, and still ends the log', async () => {
  const { pump, stored } = await start({ secrets: ['hunter2-hunter2'] });
  void pump.write(Buffer.from('token hunter2-'));
  pump.note('seen hunter2-hunter2');
  void pump.write(Buffer.from('hunter2 and hunter'));
  pump.note('ended');
  const { content } = await stored();
  expect(String(content)).toBe('token *** and hunter\n[crafting-table] seen ***\n[crafting-table] ended\n');
});

test('everyone downstream sees masked output only', async () => {
  const seen: Buffer[] = [];
  const { pump, stored } = await start({ secrets: ['hunter2'], onBytes: (chunk) => void seen.push(chunk) });
  for (const piece of ['my hun', 'ter2', '!\n']) void pump.write(Buffer.from(piece));
  const { content } = await stored();
  expect(String(content)).toBe('my ***!\n');
  expect(String(Buffer.concat(seen))).toBe('my ***!\n');
  expect(pump.tail()).toBe('my ***!\n');
});

test('a single line of 60 MB leaves its head and its tail, with exact counts', async () => {
  const { pump, stored } = await start({ limits: LOG_LIMITS });
  const line = Buffer.alloc(60 * MIB, 'abcdefghijklmnopqrstuvwxyz0123456789');
  await pump.write(line);
  const { content, summary } = await stored();
  expect(summary).toMatchObject({ bytes: 60 * MIB, lines: 0, omitted_bytes: 10 * MIB, omitted_lines: 0 });
  expect(content.equals(headAndTail(line, LOG_LIMITS))).toBe(true);
});

test('the spool stays bounded while 300 MB are printed and the store does not answer', async () => {
  const door = Promise.withResolvers<void>();
  const { pump, stored, folder } = await start({ limits: LOG_LIMITS, gate: door.promise });
  const block = Buffer.alloc(64 * 1024, 'a line of output, some forty bytes long\n');
  let largestBytes = 0;
  for (let block64 = 0; block64 < 300 * 16; block64 += 1) {
    await pump.write(block);
    if (block64 % 400 === 399) largestBytes = Math.max(largestBytes, await bytesIn(folder));
  }
  const { headBytes, tailBytes, segmentBytes } = LOG_LIMITS;
  expect(largestBytes).toBeGreaterThan(tailBytes);
  expect(largestBytes).toBeLessThanOrEqual(headBytes + tailBytes + 3 * segmentBytes);
  door.resolve();
  const { summary } = await stored();
  expect(summary).toMatchObject({ bytes: 300 * MIB, stored_bytes: 50 * MIB, omitted_bytes: 250 * MIB });
});

test('the log arrives whole after the store was away', async () => {
  let isAway = true;
  const { pump, stored } = await start({ limits: { ...SMALL, headBytes: 5_000 }, isAway: () => isAway });
  for (let line = 0; line < 100; line += 1) await pump.write(Buffer.from(`line ${line}\n`));
  const result = stored();
  isAway = false;
  expect(String((await result).content)).toBe(
    Array.from({ length: 100 }, (_, line) => `line ${line}\n`).join(''),
  );
});

test('a full disk ends the log where it filled up, with room for a last note', async () => {
  const { pump, stored, folder, onDiskFull } = await start({ limits: { ...SMALL, headBytes: 5_000 } });
  await mkdir(folder);
  await symlink('/dev/full', path.join(folder, '2.log'));
  await pump.write(Buffer.alloc(900, 'x'));
  await vi.waitFor(() => expect(onDiskFull).toHaveBeenCalledTimes(1), WAIT);
  await pump.write(Buffer.from('lost'));
  pump.note('the disk is full');
  const { content, finished } = await stored();
  expect(finished.outcome).toBe('disk_full');
  expect(String(content)).toBe(`${'x'.repeat(900)}\n[crafting-table] the disk is full\n`);
});

test('a refused log has no last pieces', async () => {
  const onRefused = vi.fn<() => void>();
  const { pump } = await start({ ship: async () => 'refused', onRefused });
  await pump.write(Buffer.alloc(10_000, 'x\n'));
  await vi.waitFor(() => expect(onRefused).toHaveBeenCalledTimes(1), WAIT);
  expect(await pump.finish()).toEqual({ outcome: 'refused' });
});

test('disposal ends the waiting for a store that stays away, and removes the spool', async () => {
  const { pump, folder } = await start({ isAway: () => true });
  await pump.write(Buffer.alloc(1_000, 'x\n'));
  const finished = pump.finish();
  await pump[Symbol.asyncDispose]();
  expect(await finished).toEqual({ outcome: 'stopped' });
  await expect(stat(folder)).rejects.toThrow('ENOENT');
});

test('disposal in the middle of a flood ends it', async () => {
  const { pump, folder } = await start({ gate: new Promise((resolve) => setImmediate(resolve)) });
  for (let block = 0; block < 50; block += 1) void pump.write(Buffer.alloc(1_000, 'x\n'));
  await pump[Symbol.asyncDispose]();
  void pump.write(Buffer.from('too late'));
  pump.note('too late');
  expect(await pump.finish()).toEqual({ outcome: 'stopped' });
  await expect(stat(folder)).rejects.toThrow('ENOENT');
});

test('whatever is printed, the summary is what the store holds', async () => {
  const writes = fc.array(fc.string({ unit: fc.constantFrom('a', '\n', 'é'), maxLength: 300 }), {
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(writes, fc.array(fc.boolean(), { maxLength: 10 }), async (writes, failures) => {
      const { pump, stored } = await start({ isAway: () => failures.pop() ?? false });
      for (const text of writes) await pump.write(Buffer.from(text));
      const output = Buffer.from(writes.join(''));
      const { content, summary } = await stored();
      const kept = headAndTail(output, SMALL);
      expect(content.equals(kept)).toBe(true);
      expect(summary).toEqual({
        bytes: output.length,
        lines: countLineFeeds(output),
        stored_bytes: kept.length,
        stored_sha256: sha256(kept),
        omitted_bytes: output.length - kept.length,
        omitted_lines: countLineFeeds(output) - countLineFeeds(kept),
      });
      await pump[Symbol.asyncDispose]();
    }),
    { numRuns: 60 },
  );
});

type Circumstances = Partial<LogPumpOptions> & { gate?: Promise<void>; isAway?: () => boolean };

async function start({ gate, isAway, ...options }: Circumstances = {}) {
  const parent = await mkdtemp(path.join(tmpdir(), 'log-pump-'));
  const folder = path.join(parent, 'spool');
  const limits = options.limits ?? SMALL;
  const store = createSimulatedStore(limits);
  const onDiskFull = vi.fn<() => void>();
  const pump: LogPump = createLogPump({
    spoolDir: folder,
    secrets: [],
    limits,
    onRefused: () => {},
    onDiskFull,
    async ship(batch, trim) {
      await gate;
      if (isAway?.()) throw new Error('the store is away');
      store.store(batch, trim);
      return 'accepted';
    },
    ...options,
  });
  onTestFinished(async () => {
    await pump[Symbol.asyncDispose]();
    await rm(parent, { recursive: true, force: true });
  });

  /** Ends the log and stores its last pieces. */
  async function stored() {
    const finished = withPieces(await pump.finish());
    store.store(finished.lastChunks, finished.lastTrim);
    return { finished, summary: finished.summary, content: store.content() };
  }

  return { pump, folder, stored, onDiskFull };
}

function withPieces(finished: FinishedLog) {
  if (!('lastChunks' in finished)) throw new Error(`the log was ${finished.outcome}`);
  return finished;
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder);
  // A segment may be given up between the listing and the look.
  const sizes = names.map((name) =>
    stat(path.join(folder, name)).then(
      (found) => found.size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
