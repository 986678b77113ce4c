import { listAudit } from '@crafting-table/database/audit';
import type { Connection, Database } from '@crafting-table/database/connect';
import type { Amount } from '@crafting-table/database/retention-limits';
import { addProject, openFarmDatabase } from '@crafting-table/database/stand-ins/farm-rows';
import { expect, test } from 'vitest';
import { removeInBatches } from './remove-in-batches.ts';

/** 1,100 rows and a round that removes them, which is disturbed in its second batch. */
async function openRound(disturb: (stop: AbortController) => void) {
  await using stack = new AsyncDisposableStack();
  const { db } = stack.use(await openFarmDatabase());
  const project = await addProject(db);
  const old = Array.from({ length: 1100 }, (_, number) => `key-${number}`);
  const firing = { project_id: project.id, local_minute: '', due_at: new Date(), fired_at: new Date() };
  const rest = { late: false, missed: 0, refusal: null, job_ids: [] };
  await db
    .insertInto('firings')
    .values(old.map((schedule_key) => ({ ...firing, ...rest, schedule_key })))
    .execute();
  const stop = new AbortController();
  let batches = 0;
  const remove = async (transaction: Connection, batch: readonly string[]): Promise<Amount[]> => {
    const gone = await transaction
      .deleteFrom('firings')
      .where('schedule_key', 'in', batch)
      .executeTakeFirst();
    if (++batches === 2) disturb(stop);
    return [{ project: project.name, count: Number(gone.numDeletedRows), bytes: 7 }];
  };
  const removing = (): Promise<unknown> =>
    removeInBatches({ db, actor: 'retention', signal: stop.signal }, { kind: 'jobs', old, remove });
  const held = stack.move();
  return { db, project, removing, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

async function leftAndNoted(db: Database) {
  const left = await db.selectFrom('firings').select('schedule_key').execute();
  const entries = await listAudit(db, { limit: 9, before: null });
  return { left: left.length, noted: entries.map(({ subject, detail }) => ({ subject, detail })) };
}

test('a round that nobody disturbs has one entry in the audit log, which tells all', async () => {
  await using round = await openRound(() => {});
  const { db, project } = round;
  expect(await round.removing()).toEqual([
    { kind: 'jobs', project: project.name, worker: null, count: 1100, bytes: 21 },
  ]);
  const detail = { count: 1100, bytes: 21 };
  expect(await leftAndNoted(db)).toEqual({ left: 0, noted: [{ subject: project.name, detail }] });
});

test('a round that is told to stop ends after the batch that it is at, and has said what went', async () => {
  await using round = await openRound((stop) => stop.abort());
  expect(await round.removing()).toMatchObject([{ count: 1000 }]);
  expect(await leftAndNoted(round.db)).toMatchObject({ left: 100, noted: [{ detail: { count: 1000 } }] });
});

test('a round that breaks off has said what went, and nothing else went', async () => {
  await using round = await openRound(() => {
    throw new Error('the plug was pulled');
  });
  await expect(round.removing()).rejects.toThrow('the plug was pulled');
  expect(await leftAndNoted(round.db)).toMatchObject({ left: 600, noted: [{ detail: { count: 500 } }] });
});
