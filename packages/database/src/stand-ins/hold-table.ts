import { sql } from 'kysely';
import type { Database } from '../connect.ts';

/** From here to the disposal nobody can even read the table: a question about it takes longer than it may. */
export async function holdTable(db: Database, table: string): Promise<AsyncDisposable> {
  const holding = await db.startTransaction().execute();
  await sql`lock table ${sql.table(table)} in access exclusive mode`.execute(holding);
  return {
    async [Symbol.asyncDispose]() {
      await holding.rollback().execute();
    },
  };
}
