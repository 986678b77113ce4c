import type { LogChunk } from '@crafting-table/contracts/log';
import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';

import { countLineFeeds } from './count-line-feeds.ts';
import type { LogSource } from './log-cutter.ts';
import { LOG_LIMITS } from './log-limits.ts';
import { createLogShipper } from './log-shipper.ts';
import type { LastPieces, LogShipper, ShipLog } from './log-shipper.ts';
import { createSimulatedStore, headAndTail, uncompressed } from './simulated-store.ts';

const WAIT = { timeout: 20_000, interval: 10 };

const LIMITS = {
  ...LOG_LIMITS,
  headBytes: 50,
  tailBytes: 100,
  chunkBytes: 20,
  chunkMs: 10,
  gatherMs: 1,
  retryMs: 1,
  retryMsMax: 4,
};

test('a log that was not shipped yet is handed out whole', async () => {
  const { output, shipper } = start(async () => 'accepted');
  output.write('all of it');
  const { lastChunks, lastTrim } = await lastPieces(shipper);
  expect(lastChunks.map((chunk) => uncompressed(chunk).toString())).toEqual(['all of it']);
  expect(lastTrim).toBeNull();
});

test('an empty log has no pieces', async () => {
  const { shipper } = start(async () => 'accepted');
  expect(await lastPieces(shipper)).toEqual({ lastChunks: [], lastTrim: null });
});

test('a line is shipped while nothing more is printed', async () => {
  const shipped = Promise.withResolvers<LogChunk[]>();
  const { output, shipper } = start(async (batch) => {
    shipped.resolve(batch);
    return 'accepted';
  });
  output.write('one line\n');
  const [chunk] = await shipped.promise;
  expect(chunk).toMatchObject({ seq: 0, byte_offset: 0, byte_length: 9, line_offset: 0, line_count: 1 });
  shipper.stop();
});

test('chunks come in order, one ship at a time, and end at the border of the head', async () => {
  const shipped: LogChunk[] = [];
  let underWay = 0;
  const { output, shipper } = start(async (batch) => {
    expect((underWay += 1)).toBe(1);
    await Promise.resolve();
    underWay -= 1;
    shipped.push(...batch);
    return 'accepted';
  });
  output.write('x'.repeat(95));
  shipped.push(...(await lastPieces(shipper)).lastChunks);
  expect(shipped.map((chunk) => chunk.seq)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(shipped.map((chunk) => chunk.byte_offset)).toEqual([0, 20, 40, 50, 70, 90]);
});

test('a batch that met an error is offered again, the same', async () => {
  const offers: number[][] = [];
  const { output, shipper } = start(async (batch) => {
    offers.push(batch.map((chunk) => chunk.seq));
    if (offers.length < 4) throw new Error('the store is away');
    return 'accepted';
  });
  output.write('x'.repeat(25));
  await vi.waitFor(() => expect(offers.length).toBeGreaterThanOrEqual(4), WAIT);
  expect(offers.slice(0, 4)).toEqual([[0], [0], [0], [0]]);
  await lastPieces(shipper);
});

test('a refusal ends the shipping and is told once', async () => {
  const ship = vi.fn<ShipLog>(async () => 'refused');
  const { output, shipper, onRefused } = start(ship);
  output.write('x'.repeat(25));
  await vi.waitFor(() => expect(onRefused).toHaveBeenCalled(), WAIT);
  output.write('x'.repeat(500));
  expect(await shipper.finish()).toBe('refused');
  expect(ship).toHaveBeenCalledTimes(1);
  expect(onRefused).toHaveBeenCalledTimes(1);
});

test('finish ends when it is stopped, even while a ship hangs', async () => {
  const { output, shipper } = start(() => new Promise(() => {}));
  output.write('x'.repeat(25));
  const finished = shipper.finish();
  shipper.stop();
  expect(await finished).toBe('stopped');
});

test('an error in reading the output comes out of finish', async () => {
  const { output, shipper } = start(async () => 'accepted');
  output.read = () => Promise.reject(new Error('the disk is gone'));
  output.write('x'.repeat(25));
  await expect(shipper.finish()).rejects.toThrow('the disk is gone');
});

test('what left the tail window while the store was away is never shipped', async () => {
  const door = Promise.withResolvers<void>();
  const shipped: LogChunk[] = [];
  const { output, shipper } = start(async (batch) => {
    await door.promise;
    shipped.push(...batch);
    return 'accepted';
  });
  output.write('h\n'.repeat(25));
  await vi.waitFor(() => expect(output.reads).toBeGreaterThan(0), WAIT);
  output.write('m\n'.repeat(5_000));
  door.resolve();
  shipped.push(...(await lastPieces(shipper)).lastChunks);
  const inTail = shipped.filter((chunk) => chunk.byte_offset >= LIMITS.headBytes);
  expect(inTail[0]).toMatchObject({ byte_offset: 10_050 - LIMITS.tailBytes, line_offset: 5_025 - 50 });
});

test('the chunk on the edge of the tail window comes back cut, under its own seq', async () => {
  const { output, shipper, store } = start();
  output.write('x'.repeat(LIMITS.headBytes));
  for (let shipped = 0; shipped < 10; shipped += 1) {
    output.write('x'.repeat(LIMITS.chunkBytes));
    const seq = shipped + 2;
    await vi.waitFor(() => expect(store.chunks().some((chunk) => chunk.seq >= seq)).toBe(true), WAIT);
  }
  output.write('x'.repeat(7));
  const last = await lastPieces(shipper);
  const windowByte = LIMITS.headBytes + 207 - LIMITS.tailBytes;
  expect(last.lastChunks[0]?.byte_offset).toBe(windowByte);
  expect(last.lastTrim?.toByte ?? windowByte).toBe(windowByte);
  store.store(last.lastChunks, last.lastTrim);
  expect(store.content()).toHaveLength(LIMITS.headBytes + LIMITS.tailBytes);
});

/** Pieces of output, each with a wait after it (in turns of the event loop) and lines of any length. */
const writes = fc.array(
  fc.record({
    text: fc.string({ unit: fc.constantFrom('a', 'b', '\n'), minLength: 1, maxLength: 70 }),
    turns: fc.nat(3),
  }),
  { maxLength: 40 },
);
/** What happens to each ship: stored, lost on the way there, or stored with its answer lost. */
const fates = fc.array(fc.constantFrom('stored', 'stored', 'lost', 'answer lost'), { maxLength: 20 });

test('the store ends up with exactly the head and the tail, whatever is printed and whatever ships fail', async () => {
  await fc.assert(
    fc.asyncProperty(writes, fates, fc.integer({ min: 20, max: 100 }), async (writes, fates, tailBytes) => {
      const limits = { ...LIMITS, tailBytes, gatherMs: 0, retryMs: 0, retryMsMax: 1 };
      const store = createSimulatedStore(limits);
      const { output, shipper } = start(async (batch, trim) => {
        const fate = fates.pop();
        if (fate === 'lost') throw new Error('lost');
        store.store(batch, trim);
        if (fate === 'answer lost') throw new Error('answer lost');
        return 'accepted';
      }, limits);
      for (const { text, turns } of writes) {
        output.write(text);
        for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      }
      const last = await lastPieces(shipper);
      store.store(last.lastChunks, last.lastTrim);

      expect(last.lastChunks.reduce((sum, chunk) => sum + chunk.byte_length, 0)).toBeLessThanOrEqual(40);
      expect(store.content().toString()).toBe(headAndTail(output.bytes(), limits).toString());
      for (const chunk of store.chunks()) {
        expect(chunk.line_offset).toBe(countLineFeeds(output.bytes().subarray(0, chunk.byte_offset)));
        expect(chunk.line_count).toBe(countLineFeeds(uncompressed(chunk)));
      }
    }),
    { numRuns: 300 },
  );
});

/** A shipper whose output is in memory, and forgotten as early as the spool may forget it. */
function start(ship?: ShipLog, limits = LIMITS) {
  const store = createSimulatedStore(limits);
  const onRefused = vi.fn<() => void>();
  const output = createOutput(limits);
  const shipper = createLogShipper({
    source: output,
    limits,
    ship:
      ship ??
      (async (batch, trim) => {
        store.store(batch, trim);
        return 'accepted';
      }),
    onRefused,
    now: () => performance.now(),
  });
  output.onWrite = shipper.appended;
  return { output, shipper, store, onRefused };
}

function createOutput({ headBytes, tailBytes }: typeof LIMITS) {
  let bytes = Buffer.alloc(0);
  const output = {
    reads: 0,
    onWrite: () => {},
    bytes: () => bytes,
    write(text: string) {
      bytes = Buffer.concat([bytes, Buffer.from(text)]);
      output.onWrite();
    },
    get endByte() {
      return bytes.length;
    },
    async read(fromByte: number, toByte: number) {
      output.reads += 1;
      // A turn of the event loop, as with a file: more may be written meanwhile.
      await new Promise((resolve) => setImmediate(resolve));
      const isForgotten = toByte > headBytes && fromByte < bytes.length - tailBytes;
      return isForgotten ? null : bytes.subarray(fromByte, toByte);
    },
    async linesBefore(byte: number) {
      const isForgotten = byte < bytes.length - tailBytes;
      return isForgotten ? null : countLineFeeds(bytes.subarray(0, byte));
    },
  } satisfies LogSource & Record<string, unknown>;
  return output;
}

async function lastPieces(shipper: LogShipper): Promise<LastPieces> {
  const last = await shipper.finish();
  if (typeof last === 'string') throw new Error(`the log was ${last}`);
  return last;
}
