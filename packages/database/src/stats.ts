import { sql } from 'kysely';
import type { Severity } from '@crafting-table/contracts/words';
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

export type LeaseStats = { held: number; expired: number };

/** Leases of running attempts; an expired one is not lost yet. */
export async function readLeaseStats(db: Database): Promise<LeaseStats> {
  const found = await sql<LeaseStats>`
    select count(*) filter (where lease_until >= now()) as held, count(*) filter (where lease_until < now()) as expired
    from jobs where status = 'running'`.execute(db);
  return found.rows[0]!;
}

/** Open findings of all series. */
export async function countOpenFindings(db: Database): Promise<{ severity: Severity; findings: number }[]> {
  const found = await sql<{ severity: Severity; findings: number }>`
    select severity, count(*) as findings from tracked_findings where is_open group by severity`.execute(db);
  return found.rows;
}

export type LogStats = {
  /** What recipes printed and is kept, before compression. */
  bytes: number;
  attempts: number;
};

/** Logs that retention has not taken. */
export async function measureLogs(db: Database): Promise<LogStats> {
  const found = await sql<LogStats>`
    select coalesce(sum(log_stored_bytes), 0)::bigint as bytes, count(*) as attempts
    from attempts where log_removed_at is null and log_stored_bytes > 0`.execute(db);
  return found.rows[0]!;
}

/** The tables that grow, by what they take on the disk of Postgres, indexes included. */
const GROWING_TABLES = [
  'jobs',
  'attempts',
  'log_chunks',
  'findings',
  'tool_runs',
  'tracked_findings',
  'finding_events',
  'series_runs',
  'digests',
  'outbox',
  'audit',
];

export async function measureTables(db: Database): Promise<{ table: string; bytes: number }[]> {
  const found = await sql<{ table: string; bytes: number }>`
    select name as table, pg_total_relation_size(name::regclass) as bytes
    from unnest(${GROWING_TABLES}::text[]) as name`.execute(db);
  return found.rows;
}

/** Mails of the digest by state: all that are still to go out, and what became of those of today and yesterday. */
export async function countMails(db: Database): Promise<{ state: string; mails: number }[]> {
  const found = await sql<{ state: string; mails: number }>`
    select state, count(*) as mails from outbox
    where state in ('pending', 'sending') or date >= current_date - 1 group by state`.execute(db);
  return found.rows;
}
