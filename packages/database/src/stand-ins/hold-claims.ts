// Holds back what workers ask of the database at the claim of a job, so that something can happen to them just then.
import { sql } from 'kysely';
import { connectDatabase } from '../connect.ts';

export type HeldClaims = AsyncDisposable & {
  /** Claims that wait at this moment. */
  count(): Promise<number>;
  /** Drops them, as the server does once it notices that nobody waits for their answers. */
  drop(): Promise<void>;
};

const WAITING = sql`
  from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
    and query like '%insert into attempts%'`;

/** From here to the disposal no job can be claimed. */
export async function holdClaims(databaseUrl: string): Promise<HeldClaims> {
  await using stack = new AsyncDisposableStack();
  const db = stack.use(connectDatabase({ url: databaseUrl, poolSize: 2, name: 'hold-claims' }));
  const holding = await db.startTransaction().execute();
  stack.defer(() => holding.rollback().execute());
  await sql`lock table attempts in exclusive mode`.execute(holding);
  const held = stack.move();
  return {
    async count() {
      return (await sql`select pid ${WAITING}`.execute(db)).rows.length;
    },
    async drop() {
      await sql`select pg_terminate_backend(pid) ${WAITING}`.execute(db);
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
