import { expect, test } from 'vitest';
import { chooseFolders, type Folder, type FolderLimits, type FolderOwner } from './choose-folders.ts';

const NOW = new Date('2030-06-30T00:00:00Z');
const KEEP: FolderLimits = {
  mirror_days: 60,
  cache_days: 30,
  cache_bytes: 1000,
  folder_bytes_total: 1e9,
  folder_count_total: 100,
};

function folder(kind: Folder['kind'], projectId: string, daysAgo: number, bytes = 100): Folder {
  return { kind, projectId, bytes, usedAt: new Date(NOW.getTime() - daysAgo * 86_400_000) };
}

function owners(values: Partial<FolderOwner> = {}): Map<string, FolderOwner> {
  const owner = { retention: null, isBusy: false, ...values };
  return new Map(['a', 'b', 'c'].map((id) => [id, owner]));
}

const choose = (folders: Folder[], limits: Partial<FolderLimits> = {}, of = owners()) =>
  chooseFolders(folders, { limits: { ...KEEP, ...limits }, owners: of, now: NOW });

test('what nobody used for long goes, mirrors and caches by limits of their own', () => {
  const folders = [
    folder('mirror', 'a', 40),
    folder('mirror', 'b', 61),
    folder('cache', 'a', 31),
    folder('cache', 'b', 29),
  ];
  expect(choose(folders)).toEqual([folders[1], folders[2]]);
  expect(choose(folders, { mirror_days: 0, cache_days: 0 })).toEqual([]);
});

test('a cache that has grown too big goes, a mirror of that size stays', () => {
  const folders = [folder('cache', 'a', 0, 1001), folder('mirror', 'a', 0, 1001)];
  expect(choose(folders)).toEqual([folders[0]]);
});

test('what is of no project goes', () => {
  const stray = folder('cache', 'gone', 0);
  expect(choose([stray])).toEqual([stray]);
});

test('beyond the bytes of the host those go that nobody used for longest', () => {
  const folders = [folder('cache', 'a', 1), folder('mirror', 'b', 3), folder('mirror', 'c', 2)];
  expect(choose(folders, { folder_bytes_total: 150 })).toEqual([folders[1], folders[2]]);
});

test('beyond the number of the host those go that nobody used for longest, and what is due anyway counts', () => {
  const folders = [folder('cache', 'a', 1), folder('mirror', 'b', 3), folder('cache', 'c', 31)];
  expect(choose(folders, { folder_count_total: 2 })).toEqual([folders[2]]);
  expect(choose(folders, { folder_count_total: 1 })).toEqual([folders[2], folders[1]]);
});

test('a project keeps what it says for itself', () => {
  const folders = [folder('cache', 'a', 31), folder('cache', 'b', 5, 5000)];
  const own = owners({ retention: { cache_days: 90, cache_bytes: 10_000 } });
  expect(choose(folders, {}, own)).toEqual([]);
});

test('nothing goes of a project of which something runs', () => {
  const folders = [folder('cache', 'a', 100, 5000), folder('mirror', 'b', 100)];
  expect(choose(folders, { folder_bytes_total: 0 }, owners({ isBusy: true }))).toEqual([]);
});
