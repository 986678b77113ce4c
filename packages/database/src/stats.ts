import { sql } from 'kysely';
import type { Database } from './connect.ts';

export type QueueStats = {
  queued: number;
  running: number;
  oldest_queued_secs: number | null;
  postgres: string;
};

export async function readQueueStats(db: Database): Promise<QueueStats> {
  const found = await sql<QueueStats>`
    select (select count(*) from jobs where status = 'queued') as queued,
      (select count(*) from jobs where status = 'running') as running,
      (select extract(epoch from now() - min(queued_at))::float8 from jobs where status = 'queued') as oldest_queued_secs,
      current_setting('server_version') as postgres`.execute(db);
  return found.rows[0]!;
}
