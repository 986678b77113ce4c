import type { Retention } from '@crafting-table/contracts/retention';
import { listAudit } from '@crafting-table/database/audit';
import { connectDatabase, type Database } from '@crafting-table/database/connect';
import type { ProjectRow } from '@crafting-table/database/projects';
import { addProject, openFarmDatabase } from '@crafting-table/database/stand-ins/farm-rows';
import { holdTable } from '@crafting-table/database/stand-ins/hold-table';
import {
  addDailyEntries,
  addDailyJobs,
  addDigests,
  boundAudit,
  listAges,
} from '@crafting-table/database/stand-ins/old-rows';
import { expect, test, vi } from 'vitest';
import { isRefusal } from '../refusal.ts';
import { startRetentionLoop } from './retention-loop.ts';
import { runRetention } from './run-retention.ts';

const KEEP_ALL: Retention = {
  job_days: 0,
  job_count: 1000,
  job_count_total: 1000,
  log_days: 0,
  log_count: 1000,
  log_bytes: 1e9,
  log_bytes_total: 1e9,
  findings_days: 0,
  findings_count: 1000,
  findings_bytes: 1e9,
  findings_bytes_total: 1e9,
  digest_days: 0,
  audit_days: 0,
  mirror_days: 0,
  cache_days: 0,
  cache_bytes: 1e9,
  folder_bytes_total: 1e9,
  folder_count_total: 1000,
};

async function run(
  db: Database,
  keep: Partial<Retention>,
  asked: { dry_run?: boolean; project?: string; signal?: AbortSignal } = {},
) {
  const report = await runRetention(
    db,
    { ...KEEP_ALL, ...keep },
    { actor: 'admin', dry_run: false, signal: new AbortController().signal, ...asked },
  );
  if (isRefusal(report)) throw new Error(report.refused);
  return report.removed;
}

async function auditOf(db: Database) {
  const entries = await listAudit(db, { limit: 99, before: null });
  return entries
    .toReversed()
    .map(({ actor, action, subject, detail }) => ({ actor, action, subject, detail }));
}

test.each([
  [{ job_count: 1, log_count: 1 }, ['jobs 4']],
  [{ job_count: 2, log_count: 1 }, ['jobs 3', 'logs 1']],
  [{ job_count: 3, log_count: 1, findings_count: 2 }, ['jobs 2', 'logs 2', 'findings 4']],
  [{ log_bytes_total: 25, findings_days: 2.5 }, ['logs 3', 'findings 4']],
])('a dry run tells just what the round then removes, with limits of %j', async (keep, expected) => {
  await using farm = await openFarmDatabase();
  const { name } = await addProjectOfJobs(farm.db, 5);
  const dry = await run(farm.db, keep, { dry_run: true });
  expect(await auditOf(farm.db)).toEqual([]);
  expect(await run(farm.db, keep)).toEqual(dry);
  expect(dry.map(({ kind, count }) => `${kind} ${count}`)).toEqual(expected);
  expect(await auditOf(farm.db)).toMatchObject(
    dry.map(({ kind, count }) => ({ action: `retention.${kind}`, subject: name, detail: { count } })),
  );
  expect(await run(farm.db, keep)).toEqual([]);
});

test('each project has one entry in the audit log for a kind and round, with the bytes', async () => {
  await using farm = await openFarmDatabase();
  const names = [(await addProjectOfJobs(farm.db, 3)).name, (await addProjectOfJobs(farm.db, 2)).name];
  await run(farm.db, { log_count: 1 });
  const entry = { actor: 'admin', action: 'retention.logs' };
  expect(await auditOf(farm.db)).toEqual([
    { ...entry, subject: names[0], detail: { count: 2, bytes: 20 } },
    { ...entry, subject: names[1], detail: { count: 1, bytes: 10 } },
  ]);
});

test('the audit log did not know the jobs that went when a later step failed', async () => {
  await using farm = await openFarmDatabase();
  const { name } = await addProjectOfJobs(farm.db, 4);
  await farm.db.schema.alterTable('log_chunks').renameTo('chunks_elsewhere').execute();
  await expect(run(farm.db, { job_count: 2, log_count: 1 })).rejects.toThrow('log_chunks');
  expect(await auditOf(farm.db)).toEqual([
    { actor: 'admin', action: 'retention.jobs', subject: name, detail: { count: 2 } },
  ]);
});

test('nothing goes that the audit log cannot be told of', async () => {
  await using farm = await openFarmDatabase();
  await addProjectOfJobs(farm.db, 3);
  await boundAudit(farm.db, 0);
  await expect(run(farm.db, { job_count: 1 })).rejects.toThrow('audit_is_full');
  expect(await farm.db.selectFrom('jobs').select('id').execute()).toHaveLength(3);
});

test('digests beyond the age go with their mails and days, but never one whose mail is to go out, nor the newest', async () => {
  await using farm = await openFarmDatabase();
  const [busy, idle] = [await addProject(farm.db), await addProject(farm.db)];
  await addDigests(farm.db, busy.id, [
    { ago: 40, mail: 'sent' },
    { ago: 30, mail: 'pending' },
    { ago: 20, mail: null },
    { ago: 5, mail: 'sent' },
  ]);
  await addDigests(farm.db, idle.id, [
    { ago: 60, mail: null },
    { ago: 50, mail: 'sent' },
  ]);
  const keep = { digest_days: 10 };
  const digests = { kind: 'digests', worker: null, bytes: null };
  const expected = [
    { ...digests, project: busy.name, count: 2 },
    { ...digests, project: idle.name, count: 1 },
  ];
  expect(await run(farm.db, keep, { dry_run: true })).toEqual(expected);
  expect(await listAges(farm.db, 'digests')).toHaveLength(6);
  expect(await run(farm.db, keep)).toEqual(expected);
  expect(await listAges(farm.db, 'digests')).toEqual([50, 30, 5]);
  expect(await listAges(farm.db, 'outbox')).toEqual([50, 30, 5]);
  expect(await listAges(farm.db, 'digest_days')).toEqual([5]);
  expect((await auditOf(farm.db)).map(({ action }) => action)).toEqual([
    'retention.digests',
    'retention.digests',
  ]);
});

test('days that were missed since the last digest stay, so that the next one tells of them', async () => {
  await using farm = await openFarmDatabase();
  const [attic, cellar] = [await addProject(farm.db), await addProject(farm.db)];
  await addDigests(farm.db, attic.id, [
    { ago: 9, mail: null },
    { ago: 8, mail: null },
  ]);
  await addDigests(farm.db, cellar.id, [{ ago: 7, mail: null, day: 'missed' }]);
  await run(farm.db, { digest_days: 2 });
  expect(await listAges(farm.db, 'digest_days')).toEqual([8, 7]);
});

test('entries of the audit log beyond the age go, which stands there, and no limit of days keeps all', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  await addDailyEntries(farm.db, 1100);
  expect(await run(farm.db, { audit_days: 0 })).toEqual([]);
  expect(await run(farm.db, { audit_days: 30 }, { project: project.name })).toEqual([]);
  const entries = { kind: 'audit', project: null, worker: null, count: 1070, bytes: null };
  expect(await run(farm.db, { audit_days: 30.5 }, { dry_run: true })).toEqual([entries]);
  expect(await run(farm.db, { audit_days: 30.5 })).toEqual([entries]);
  const left = await auditOf(farm.db);
  expect(left).toHaveLength(31);
  expect(left.at(-1)).toEqual({
    actor: 'admin',
    action: 'retention.audit',
    subject: 'farm',
    detail: { count: 1070 },
  });
});

test('a round that is told to stop ends, and removes nothing more', async () => {
  await using farm = await openFarmDatabase();
  await addProjectOfJobs(farm.db, 2);
  expect(await run(farm.db, { job_count: 1, log_count: 1 }, { signal: AbortSignal.abort() })).toEqual([]);
  expect(await farm.db.selectFrom('jobs').select('id').execute()).toHaveLength(2);
});

async function addProjectOfJobs(db: Database, count: number): Promise<ProjectRow> {
  const project = await addProject(db);
  await addDailyJobs(db, project, count);
  return project;
}

test('a round whose question takes longer than it may does not fail in silence', async () => {
  await using farm = await openFarmDatabase();
  await using hasty = connectDatabase({ url: farm.url, poolSize: 2, name: 'test', statementTimeoutMs: 100 });
  await farm.db
    .updateTable('sweep')
    .set({ retained_at: new Date(0) })
    .execute();
  const onError = vi.fn<(error: unknown) => void>();
  {
    await using stack = new AsyncDisposableStack();
    stack.use(await holdTable(farm.db, 'jobs'));
    stack.use(startRetentionLoop({ db: hasty, keep: KEEP_ALL, onRemoved: () => {}, onError }));
    await vi.waitUntil(() => onError.mock.calls.length > 0, { timeout: 20_000, interval: 10 });
  }
  expect(onError.mock.calls).toEqual([[expect.objectContaining({ code: '57014' })]]);
});
