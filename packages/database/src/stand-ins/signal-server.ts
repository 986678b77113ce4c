import { sql } from 'kysely';
import type { Database } from '../connect.ts';

/**
 * Has the server send a signal to one of its own processes: it may do so, in a container as outside of one, whoever runs the
 * tests. The role must be allowed to start programs, as a superuser is.
 */
export async function signalServer(db: Database, pid: number, signal: 'STOP' | 'CONT'): Promise<void> {
  await sql`copy (select where false) to program ${sql.lit(`kill -${signal} ${pid}`)}`.execute(db);
}
