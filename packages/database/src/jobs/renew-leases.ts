import { Pool } from 'pg';

export type HeldAttempt = { jobId: string; attempt: number };
export type RenewedAttempt = HeldAttempt & { cancelRequested: boolean };
export type WorkerState = {
  id: string;
  busy: number;
  blocked: string | null;
  draining: boolean;
  rssBytes: number;
};
export type Renewal = {
  renewed: RenewedAttempt[];
  /** Whether an operator wants the worker to take nothing new. */
  drainRequested: boolean;
};

export type LeaseConnection = AsyncDisposable & {
  /**
   * Renews the leases of all attempts a worker holds and says that the worker is alive, in one statement. What is not
   * among the returned ones is not held any more: its tree must be ended.
   */
  renew(worker: WorkerState, held: HeldAttempt[], leaseSecs: number): Promise<Renewal>;
};

/** The rows are locked in the order of all statements that change many jobs: see jobs/lock-jobs.ts. */
const RENEW = `
  with alive as (
    update workers set seen_at = now(), busy = $2, blocked = $3, draining = $4, rss_bytes = $8 where id = $1
    returning drain_requested_at is not null as drain_requested),
  locked as materialized (
    select jobs.id from jobs join unnest($6::uuid[], $7::int[]) as held (job_id, attempt)
      on jobs.id = held.job_id and jobs.attempt = held.attempt
    where jobs.status = 'running' order by jobs.id for no key update of jobs),
  renewed as (
    update jobs set lease_until = now() + make_interval(secs => $5) from locked where jobs.id = locked.id
    returning jobs.id as "jobId", jobs.attempt, jobs.cancel_requested_at is not null as "cancelRequested")
  select coalesce((select drain_requested from alive), false) as "drainRequested",
    coalesce((select json_agg(renewed) from renewed), '[]') as renewed`;

/**
 * One connection for nothing but leases. It goes without the query builder, which would cost the thread that holds it more
 * memory than all else it does.
 */
export function connectLeases(databaseUrl: string, timeoutSecs: number): LeaseConnection {
  const timeoutMs = Math.max(1000, timeoutSecs * 1000);
  const pool = new Pool({
    connectionString: databaseUrl,
    max: 1,
    application_name: 'crafting-leases',
    connectionTimeoutMillis: 1000,
    statement_timeout: timeoutMs,
    query_timeout: timeoutMs,
    keepAlive: true,
  });
  pool.on('error', () => {}); // A broken connection is replaced at the next renewal.
  pool.on('connect', (client) => client.on('error', () => {})); // As above, while a renewal is under way.
  return {
    async renew(worker, held, leaseSecs) {
      const ids = held.map((each) => each.jobId);
      const attempts = held.map((each) => each.attempt);
      const values = [
        worker.id,
        worker.busy,
        worker.blocked,
        worker.draining,
        leaseSecs,
        ids,
        attempts,
        worker.rssBytes,
      ];
      return (await pool.query<Renewal>(RENEW, values)).rows[0]!; // A select without a from has one row.
    },
    [Symbol.asyncDispose]: () => pool.end(),
  };
}
