import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { connectDatabase, type Database } from '../connect.ts';
import { removeProject, type ProjectRow } from '../projects.ts';
import {
  addProject,
  addRunningJob,
  backdate,
  nextId,
  openFarmDatabase,
  WORKER,
} from '../stand-ins/farm-rows.ts';
import { untilLockWaits } from '../stand-ins/lock-waits.ts';
import { connectLeases, type LeaseConnection } from './renew-leases.ts';
import { returnUnstartedClaims } from './sweep-queries.ts';

type Farm = { db: Database; leases: LeaseConnection; project: ProjectRow; ids: string[] };

/** Everything that changes many running jobs in one statement. */
const CHANGES: [string, (farm: Farm) => Promise<unknown>][] = [
  [
    'renewing leases',
    ({ leases, ids }) =>
      leases.renew(
        { id: WORKER.id, busy: ids.length, blocked: null, draining: false, rssBytes: 1 },
        ids.toReversed().map((jobId) => ({ jobId, attempt: 1 })),
        30,
      ),
  ],
  ['removing a project', ({ db, project }) => removeProject(db, project.id)],
  ['returning claims', ({ db }) => returnUnstartedClaims(db, 30)],
];

test.each(CHANGES)(
  '%s locks no job before one with a smaller id, so it deadlocks with nobody who does the same',
  async (_name, change) => {
    await using farm = await openFarmDatabase();
    const url = asItLies(farm.url);
    await using db = connectDatabase({ url, poolSize: 1, name: 'test' });
    await using leases = connectLeases(url, 20);
    const project = await addProject(farm.db);
    const ids = Array.from({ length: 5 }, nextId);
    for (const id of ids.toReversed()) await addRunningJob(farm.db, project, { id }); // They lie in the other order.
    await sql`update jobs set started_at = null`.execute(farm.db);
    for (const id of ids.toReversed()) await backdate(farm.db, id, 'claimed_at', 31);
    const { changing, free } = await farm.db.transaction().execute(async (transaction) => {
      await sql`select from jobs where id = ${ids[0]!} for update`.execute(transaction);
      const changing = change({ db, leases, project, ids });
      await untilLockWaits(farm.db, 1);
      const others = await sql`select from jobs where id <> ${ids[0]!} for update skip locked`.execute(
        transaction,
      );
      return { changing, free: others.rows.length };
    });
    expect(free).toBe(ids.length - 1);
    await changing;
  },
);

/** A planner may read a table in the order in which its rows lie; here it has to. */
function asItLies(url: string): string {
  const scanning = new URL(url);
  scanning.searchParams.set('options', '-c enable_indexscan=off -c enable_bitmapscan=off');
  return scanning.href;
}
