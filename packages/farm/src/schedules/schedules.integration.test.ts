import type { ProjectBody } from '@crafting-table/contracts/project';
import type { Database } from '@crafting-table/database/connect';
import { findFiringFacts } from '@crafting-table/database/digests/find-firing-facts';
import {
  findProject,
  removeProject,
  deleteRemovedProjects,
  updateProject,
} from '@crafting-table/database/projects';
import { addProject, openFarmDatabase } from '@crafting-table/database/stand-ins/farm-rows';
import type { Deliveries } from '@crafting-table/queues/open-deliveries';
import type { Trigger, Triggers } from '@crafting-table/queues/open-triggers';
import { expect, test } from 'vitest';
import type { Dispatcher } from '../jobs/dispatch-jobs.ts';
import { deriveMissing, moveNightly } from './derive-schedules.ts';
import { fireSchedules } from './fire-schedules.ts';
import { nextFiring } from './firing-times.ts';
import { listSchedules } from './list-schedules.ts';
import { queueTriggers } from './queue-triggers.ts';
import { localAt } from './wall-clock.ts';

const PACIFIC = 'America/Los_Angeles';
const NIGHTLY = { cron: '30 2 * * *', tz: PACIFIC, recipe: 'test', enabled: true } as const;
const ADMIN = { tokenId: 't', name: 'root', isAdmin: true };

test('over two years of four clock changes, with restarts and several processes, each local day gets one job', async () => {
  await using farm = await openFarmDatabase();
  const begin = new Date('2026-01-01T20:00:00Z');
  await scheduled(farm.db, [NIGHTLY], begin);
  const [first, second] = [partsOf(farm.db), partsOf(farm.db)];
  let next = nextFiring(NIGHTLY, begin)!;
  const end = new Date('2028-01-01T20:00:00Z');
  while (next.at < end) {
    const before = new Date(next.at.getTime() - 1000);
    await fireSchedules(first, { now: before, before }); // Killed a second before.
    await Promise.all(
      [first, second, first].map((parts) => fireSchedules(parts, { now: next.at, before: next.at })),
    );
    next = nextFiring(NIGHTLY, next.at)!;
  }
  const firings = await farm.db.selectFrom('firings').selectAll().orderBy('local_minute').execute();
  expect(firings).toHaveLength(730);
  expect(new Set(firings.map(({ local_minute }) => local_minute.slice(0, 10))).size).toBe(730);
  expect(firings.every(({ late, missed, job_ids }) => !late && missed === 0 && job_ids.length === 1)).toBe(
    true,
  );
  const jobs = await farm.db.selectFrom('jobs').select('id').execute();
  expect(jobs.map(({ id }) => id).toSorted()).toEqual(firings.flatMap(({ job_ids }) => job_ids).toSorted());
}, 120_000);

test('after an outage of days one late run is made, marked late, and the missed ones are counted', async () => {
  await using farm = await openFarmDatabase();
  const project = await scheduled(farm.db, [NIGHTLY], new Date('2026-05-01T00:00:00Z'));
  const parts = partsOf(farm.db);
  const now = new Date('2026-05-05T20:00:00Z');
  expect(await fireSchedules(parts, { now, before: now })).toBe(1);
  expect(await fireSchedules(parts, { now, before: now })).toBe(0);
  const { schedules } = await listSchedules(farm.db, ADMIN, project.name);
  expect(schedules).toMatchObject([
    {
      project: project.name,
      next: { local: '2026-05-06T02:30' },
      last: {
        local: '2026-05-05T02:30',
        late: true,
        missed: 4,
        refusal: null,
        job_ids: [expect.any(String)],
      },
    },
  ]);
});

test('a late firing is told in the morning although its schedule was edited since', async () => {
  await using farm = await openFarmDatabase();
  const schedule = { ...NIGHTLY, ref: 'release' };
  const project = await scheduled(farm.db, [schedule], new Date('2026-05-01T00:00:00Z'));
  const now = new Date('2026-05-05T11:00:00Z');
  await fireSchedules(partsOf(farm.db), { now, before: now });
  await replace(farm.db, project.name, [{ ...schedule, cron: '0 7 * * *' }], now);
  await queueTriggers(farm.db, standInQueue());
  expect(await farm.db.selectFrom('schedules').select('cron').execute()).toEqual([{ cron: '0 7 * * *' }]);
  const wanted = {
    projectId: project.id,
    declared: [],
    branches: ['main'],
    defaultBranch: 'main',
    date: '2026-05-05',
    from: new Date('2026-05-04T13:00:00Z'),
    to: new Date('2026-05-05T13:00:00Z'),
  };
  expect(await findFiringFacts(farm.db, [wanted])).toMatchObject([
    { fate: 'made', local: '2026-05-05T02:30', tz: PACIFIC, recipe: 'test', ref: 'release', late: true },
    { fate: 'waiting', local: '2026-05-05T02:30' },
  ]);
});

test('a schedule whose recipe is not declared any more fires no job and says why', async () => {
  await using farm = await openFarmDatabase();
  await scheduled(farm.db, [{ ...NIGHTLY, recipe: 'audit' }], new Date('2026-05-01T00:00:00Z'));
  const now = new Date('2026-05-01T09:30:00Z');
  expect(await fireSchedules(partsOf(farm.db), { now, before: now })).toBe(1);
  const { schedules } = await listSchedules(farm.db, ADMIN, null);
  expect(schedules[0]!.last).toMatchObject({ job_ids: [], refusal: expect.stringContaining('audit') });
  expect(await farm.db.selectFrom('jobs').selectAll().execute()).toEqual([]);
});

test('a schedule keeps its next firing when others of its project are edited, and is new when it was off', async () => {
  await using farm = await openFarmDatabase();
  const other = { ...NIGHTLY, cron: '0 5 * * *' };
  const project = await scheduled(farm.db, [NIGHTLY], new Date('2026-05-01T00:00:00Z'));
  const later = new Date('2026-05-03T00:00:00Z');
  await replace(farm.db, project.name, [NIGHTLY, other], later);
  expect(await nextOf(farm.db)).toEqual({
    '30 2 * * *': '2026-05-01T02:30',
    '0 5 * * *': '2026-05-03T05:00',
  });
  await replace(farm.db, project.name, [{ ...NIGHTLY, enabled: false }], later);
  await replace(farm.db, project.name, [NIGHTLY], later);
  expect(await nextOf(farm.db)).toEqual({ '30 2 * * *': '2026-05-03T02:30' });
});

test('nightly is one time of the night for each project, the same one every night', async () => {
  await using farm = await openFarmDatabase();
  const now = new Date('2026-05-01T20:00:00Z');
  await scheduled(farm.db, { audit: 'nightly', test: 'nightly' }, now);
  await scheduled(farm.db, { audit: 'nightly' }, now);
  const { schedules } = await listSchedules(farm.db, ADMIN, null);
  expect(schedules.map(({ recipe }) => recipe)).toEqual(['audit', 'test', 'audit']);
  expect(new Set(schedules.map(({ cron }) => cron)).size).toBe(2);
  for (const { next } of schedules)
    expect(localAt(new Date(next!.at), PACIFIC)).toMatch(/^2026-05-02T0[0-3]:/);
});

test('nightly schedules stayed in the old zone when another one was set: the next start moves them, and those alone', async () => {
  await using farm = await openFarmDatabase();
  const begin = new Date('2026-05-01T20:00:00Z');
  const nightly = await scheduled(farm.db, { audit: 'nightly', test: 'nightly' }, begin);
  const listed = await scheduled(farm.db, [NIGHTLY], begin);
  const queue = standInQueue();
  await queueTriggers(farm.db, queue);
  const now = new Date('2026-05-04T20:00:00Z');
  const schedulesOf = async ({ name }: { name: string }) =>
    (await listSchedules(farm.db, ADMIN, name)).schedules;
  const before = await schedulesOf(listed);
  expect(await moveNightly(farm.db, 'Europe/Berlin', now)).toBe(1);
  expect(await moveNightly(farm.db, 'Europe/Berlin', now)).toBe(0);
  expect(await schedulesOf(listed)).toEqual(before);
  const moved = await schedulesOf(nightly);
  expect(moved.map(({ recipe, tz }) => [recipe, tz])).toEqual([
    ['audit', 'Europe/Berlin'],
    ['test', 'Europe/Berlin'],
  ]);
  for (const { next } of moved)
    expect(localAt(new Date(next!.at), 'Europe/Berlin')).toMatch(/^2026-05-05T0[0-3]:/);
  await queueTriggers(farm.db, queue);
  const zones = [...queue.held.values()].map(({ tz }) => tz);
  expect(zones.toSorted()).toEqual([PACIFIC, 'Europe/Berlin', 'Europe/Berlin']);
});

test('a removed project and one that has no schedule any more are not moved to another zone', async () => {
  await using farm = await openFarmDatabase();
  const now = new Date('2026-05-01T20:00:00Z');
  const removed = await scheduled(farm.db, { audit: 'nightly' }, now);
  await removeProject(farm.db, removed.id);
  const dropped = await scheduled(farm.db, { audit: 'nightly' }, now);
  await updateProject(farm.db, { ...(await findProject(farm.db, dropped.name, null))!, schedule: null });
  await deriveMissing(farm.db, PACIFIC, now);
  expect(await moveNightly(farm.db, 'Europe/Berlin', now)).toBe(0);
});

test('the queue gets every schedule again when it lost its memory, and none of a removed project', async () => {
  await using farm = await openFarmDatabase();
  const project = await scheduled(farm.db, [NIGHTLY], new Date('2026-05-01T00:00:00Z'));
  await scheduled(
    farm.db,
    [NIGHTLY, { ...NIGHTLY, cron: '0 5 * * *', enabled: false }],
    new Date('2026-05-01T00:00:00Z'),
  );
  const queue = standInQueue();
  await queueTriggers(farm.db, queue);
  expect(queue.held.size).toBe(2);
  queue.forget();
  await queueTriggers(farm.db, queue);
  expect(queue.held.size).toBe(2);
  await removeProject(farm.db, project.id);
  await deleteRemovedProjects(farm.db);
  await queueTriggers(farm.db, queue);
  expect(queue.held.size).toBe(1);
  expect(await deleteRemovedProjects(farm.db)).toBe(1);
});

async function scheduled(db: Database, schedule: NonNullable<ProjectBody['schedule']>, now: Date) {
  const project = await addProject(db, { schedule });
  await deriveMissing(db, PACIFIC, now);
  return project;
}

async function replace(
  db: Database,
  name: string,
  schedule: NonNullable<ProjectBody['schedule']>,
  now: Date,
) {
  const project = await findProject(db, name, null);
  await updateProject(db, { ...project!, schedule });
  await deriveMissing(db, PACIFIC, now);
}

async function nextOf(db: Database): Promise<Record<string, string | undefined>> {
  const { schedules } = await listSchedules(db, ADMIN, null);
  return Object.fromEntries(schedules.map(({ cron, next }) => [cron, next?.local]));
}

function partsOf(db: Database) {
  const dispatcher: Dispatcher = { dispatch() {}, async [Symbol.asyncDispose]() {} };
  return { db, dispatcher, defaultTimeoutSecs: 60 };
}

/** Remembers what it was told; the queue itself is tested where it lives. */
function standInQueue() {
  const held = new Map<string, Trigger>();
  let life = 1;
  const triggers: Triggers = {
    upsert: async (more) => more.forEach((trigger) => held.set(trigger.id, trigger)),
    remove: async (ids) => ids.forEach((id) => held.delete(id)),
    list: async () => [...held.keys()].map((id) => ({ id, nextAt: null })),
    async [Symbol.asyncDispose]() {},
  };
  const deliveries: Deliveries = {
    backend: 'redis',
    add: async () => {},
    addAgain: async () => {},
    countWaiting: async () => 0,
    incarnation: async () => `life ${life}`,
    async [Symbol.asyncDispose]() {},
  };
  const forget = () => {
    held.clear();
    life += 1;
  };
  return { held, triggers, deliveries, forget };
}
