import { statfs } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkDiskFloor, watchDisk } from './disk-floor.ts';

vi.mock(import('node:fs/promises'), async (original) => ({ ...(await original()), statfs: vi.fn() }));

const GIB = 1024 ** 3;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('less than the floor blocks, and the reason has the numbers', async () => {
  free(4, 1000);
  expect(await checkDiskFloor('/w', 5 * GIB)).toBe(
    'only 4.00 GiB are free for workspaces, the floor is 5.00 GiB',
  );
  free(5, 1000);
  expect(await checkDiskFloor('/w', 5 * GIB)).toBeNull();
});

test('of a small volume a tenth is enough', async () => {
  free(2, 19);
  expect(await checkDiskFloor('/w', 5 * GIB)).toBeNull();
  free(2, 21);
  expect(await checkDiskFloor('/w', 5 * GIB)).toMatch(/the floor is 2\.10 GiB/);
});

test('the numbers of a volume smaller than 1 GiB are no zeros', async () => {
  free(0.03, 0.5);
  expect(await checkDiskFloor('/w', 5 * GIB)).toBe(
    'only 30.7 MiB are free for workspaces, the floor is 51.2 MiB',
  );
});

test('only changes are told, and one whose telling failed is told again', async () => {
  const told: (string | null)[] = [];
  free(1, 1000);
  await using started = new AsyncDisposableStack();
  started.use(
    watchDisk('/w', 5 * GIB, async (blocked) => {
      told.push(blocked === null ? 'free' : 'blocked');
      if (told.length === 1) throw new Error('the queue is away');
    }),
  );
  await vi.advanceTimersByTimeAsync(9000);
  expect(told).toEqual(['blocked', 'blocked']);
  free(9, 1000);
  await vi.advanceTimersByTimeAsync(9000);
  expect(told).toEqual(['blocked', 'blocked', 'free']);
});

/** What the file system says from now on. */
function free(freeGib: number, totalGib: number): void {
  const block = GIB / 100;
  vi.mocked(statfs).mockResolvedValue({
    type: 0,
    bsize: block,
    blocks: totalGib * 100,
    bfree: freeGib * 100,
    bavail: freeGib * 100,
    files: 0,
    ffree: 0,
    frsize: block,
  });
}
