import { statfs } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchRoom } from './watch-room.ts';

vi.mock(import('node:fs/promises'), async (original) => ({ ...(await original()), statfs: vi.fn() }));

const MIB = 1024 ** 2;
const SAID = 'ld: final link failed: No space left on device\n';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a disk without room is full, whatever the recipe said', async () => {
  using room = watchRoom('/w');
  free(0.5);
  expect(await room.wasFull('FAILED (1 test)\n')).toBe(true);
});

test('a disk without room for another file is full', async () => {
  using room = watchRoom('/w');
  free(500, { files: 1000, ffree: 0 });
  expect(await room.wasFull('')).toBe(true);
});

test('a recipe that says so and removes what filled the disk is believed when the disk was seen to be nearly full', async () => {
  using room = watchRoom('/w');
  free(90);
  await vi.advanceTimersByTimeAsync(1000);
  free(900);
  expect(await room.wasFull(SAID)).toBe(true);
  expect(await room.wasFull('FAILED (1 test)\n')).toBe(false);
});

test('a recipe that says so beside an empty disk is not believed: it may be what its tests print', async () => {
  using room = watchRoom('/w');
  free(900);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await room.wasFull(SAID)).toBe(false);
});

/** What the file system, of 1000 MiB, says from now on. */
function free(mib: number, { files, ffree } = { files: 0, ffree: 0 }): void {
  const [blocks, free] = [1000 * 256, mib * 256];
  vi.mocked(statfs).mockResolvedValue({
    type: 0,
    bsize: MIB / 256,
    frsize: MIB / 256,
    blocks,
    bfree: free,
    bavail: free,
    files,
    ffree,
  });
}
