import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { searchPath } from '@crafting-table/dev-services/config';
import { listAudit } from '@crafting-table/database/audit';
import { listFolders } from '@crafting-table/database/folders';
import {
  addProject,
  addRunningJob,
  nextId,
  openFarmDatabase,
  WORKER,
} from '@crafting-table/database/stand-ins/farm-rows';
import { boundAudit } from '@crafting-table/database/stand-ins/old-rows';
import { registerWorker } from '@crafting-table/database/workers';
import { createMirrors } from '@crafting-table/runner/git/mirror';
import { expect, test } from 'vitest';
import { runRetention } from './run-retention.ts';
import { tidyFolders, type TidyParts } from './tidy-folders.ts';

const GONE = '01890000-0000-7000-8000-00000000dead';
const LIMITS = {
  mirror_days: 60,
  cache_days: 30,
  cache_bytes: 1e6,
  folder_bytes_total: 1e9,
  folder_count_total: 100,
};
const never = new AbortController().signal;

async function openHost() {
  await using stack = new AsyncDisposableStack();
  const farm = stack.use(await openFarmDatabase());
  const folder = await mkdtemp(join(tmpdir(), 'crafting-tidy-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const cacheDir = join(folder, 'caches');
  await mkdir(cacheDir);
  const settings = { searchPath: searchPath(), emptyHome: folder, allowFileRemotes: true };
  const mirrors = createMirrors({ dir: join(folder, 'mirrors'), settings });
  await registerWorker(farm.db, { ...WORKER, version: '1', slots: 1 });
  const parts: TidyParts = { db: farm.db, worker: WORKER, mirrors, cacheDir };
  const held = stack.move();
  return { db: farm.db, parts, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** A cache of 40,000 bytes. */
async function addCache({ cacheDir }: TidyParts, projectId: string, daysAgo: number): Promise<string> {
  const path = join(cacheDir, projectId);
  await mkdir(join(path, 'npm'), { recursive: true });
  await writeFile(join(path, 'npm', 'package.tgz'), 'x'.repeat(40_000));
  const then = new Date(Date.now() - daysAgo * 86_400_000);
  await utimes(path, then, then);
  return path;
}

async function addMirror({ mirrors }: TidyParts, projectId: string, daysAgo: number): Promise<string> {
  const opened = await mirrors.open({ projectId, url: 'https://forge.example/a.git', timeoutMs: 10_000 });
  if ('failure' in opened) throw new Error(opened.failure.message);
  await using mirror = opened.mirror;
  const then = new Date(Date.now() - daysAgo * 86_400_000);
  await utimes(join(mirror.path, 'crafting-used'), then, then);
  return mirror.path;
}

test('what nobody used for long and what is of no project goes, the audit log says so, and the rest is measured', async () => {
  await using host = await openHost();
  const { db, parts } = host;
  const [old, young] = [await addProject(db), await addProject(db)];
  const kept = [await addCache(parts, young.id, 3), await addMirror(parts, young.id, 3)];
  const gone = [
    await addCache(parts, old.id, 31),
    await addMirror(parts, old.id, 61),
    await addCache(parts, GONE, 0),
  ];
  const removed = await tidyFolders(parts, LIMITS, never);
  expect(removed.map(({ kind, project }) => [kind, project]).toSorted()).toEqual(
    [
      ['cache', GONE],
      ['cache', old.name],
      ['mirror', old.name],
    ].toSorted(),
  );
  expect(kept.filter((path) => !existsSync(path))).toEqual([]);
  expect(gone.filter((path) => existsSync(path))).toEqual([]);
  const entries = await listAudit(db, { limit: 9, before: null });
  expect(
    entries.find(({ subject, action }) => subject === old.name && action === 'retention.cache'),
  ).toMatchObject({
    actor: 'retention',
    detail: { count: 1, worker: WORKER.name, bytes: expect.any(Number) },
  });
  const measured = await listFolders(db);
  expect(measured.map(({ kind, project }) => [kind, project])).toEqual([
    ['cache', young.name],
    ['mirror', young.name],
  ]);
  expect(measured[0]!.bytes).toBeGreaterThanOrEqual(40_000);
});

test('a cache of a project of which something runs stays, and so does a mirror that somebody has open', async () => {
  await using host = await openHost();
  const { db, parts } = host;
  const [busy, idle] = [await addProject(db), await addProject(db)];
  await addRunningJob(db, busy);
  const cache = await addCache(parts, busy.id, 100);
  const mirror = await addMirror(parts, idle.id, 100);
  const opened = await parts.mirrors.open({
    projectId: idle.id,
    url: 'https://forge.example/a.git',
    timeoutMs: 10_000,
  });
  await using stack = new AsyncDisposableStack();
  if ('mirror' in opened) stack.use(opened.mirror);
  const then = new Date(0);
  await utimes(join(mirror, 'crafting-used'), then, then);
  expect(await tidyFolders(parts, LIMITS, never)).toEqual([]);
  expect([existsSync(cache), existsSync(mirror)]).toEqual([true, true]);
});

test('the folders of a worker that was killed and started again under its name are counted once', async () => {
  await using host = await openHost();
  const { db, parts } = host;
  const [used, unused] = [await addProject(db), await addProject(db)];
  for (const { id } of [used, unused]) await addCache(parts, id, 3);
  await tidyFolders(parts, LIMITS, never);
  const again = { ...WORKER, id: nextId() };
  await registerWorker(db, { ...again, version: '1', slots: 1 });
  expect(await listFolders(db)).toHaveLength(2);
  await rm(join(parts.cacheDir, unused.id), { recursive: true });
  await tidyFolders({ ...parts, worker: again }, LIMITS, never);
  expect(await listFolders(db)).toMatchObject([{ project: used.name, worker: WORKER.name }]);
});

test('a dry run tells what the workers will remove, by what they measured last', async () => {
  await using host = await openHost();
  const { db, parts } = host;
  const project = await addProject(db);
  await addCache(parts, project.id, 3);
  await tidyFolders(parts, LIMITS, never);
  const keep = {
    ...LIMITS,
    cache_days: 1,
    job_days: 0,
    job_count: 100,
    job_count_total: 100,
    log_days: 0,
    log_count: 100,
    log_bytes: 1e9,
    log_bytes_total: 1e9,
    findings_days: 0,
    findings_count: 100,
    findings_bytes: 1e9,
    findings_bytes_total: 1e9,
    digest_days: 0,
    audit_days: 0,
  };
  expect(await runRetention(db, keep, { actor: 'admin', dry_run: true, signal: never })).toMatchObject({
    removed: [],
    left_to_workers: [{ kind: 'cache', project: project.name, worker: WORKER.name, count: 1 }],
  });
  expect(existsSync(join(parts.cacheDir, project.id))).toBe(true);
});

test('one that is told to stop removes nothing', async () => {
  await using host = await openHost();
  const cache = await addCache(host.parts, GONE, 0);
  expect(await tidyFolders(host.parts, LIMITS, AbortSignal.abort())).toEqual([]);
  expect(existsSync(cache)).toBe(true);
});

test('when a round breaks off the audit log knows what went, and what it could not be told of is still there', async () => {
  await using host = await openHost();
  const { db, parts } = host;
  const projects = [await addProject(db), await addProject(db)];
  const caches = [await addCache(parts, projects[0]!.id, 40), await addCache(parts, projects[1]!.id, 40)];
  const mirror = await addMirror(parts, projects[0]!.id, 70);
  await boundAudit(db, 2);
  await expect(tidyFolders(parts, LIMITS, never)).rejects.toThrow('audit_is_full');
  expect(existsSync(mirror)).toBe(false);
  const left = caches.filter((path) => existsSync(path));
  expect(left).toHaveLength(1);
  const entries = await listAudit(db, { limit: 9, before: null });
  const goneCache = projects[left[0] === caches[0] ? 1 : 0]!;
  expect(entries.map(({ action, subject }) => [action, subject])).toEqual([
    ['retention.cache', goneCache.name],
    ['retention.mirror', projects[0]!.name],
  ]);
});
