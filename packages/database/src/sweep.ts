import { sql } from 'kysely';
import type { Database } from './connect.ts';

const SWEEP_LOCK = 881_002;
/** When the sweep was silent for longer than this, Postgres was away, and workers could not renew either. */
const SILENCE_SECS = 3;

export type SweepTurn = {
  /** While this holds no lease and no deadline is judged: the workers get a chance to say that they are alive. */
  amnesty: boolean;
};

/**
 * Runs one pass as the only sweeping process, or returns null when another one is at it. The pass runs on the pool,
 * the lock is held by a transaction beside it and ends with it, so a killed process blocks nobody.
 */
export async function withSweepTurn<T>(
  db: Database,
  graceSecs: number,
  pass: (turn: SweepTurn) => Promise<T>,
): Promise<T | null> {
  return db.transaction().execute(async (transaction) => {
    const lock = await sql<{ held: boolean }>`
      select pg_try_advisory_xact_lock(${sql.lit(SWEEP_LOCK)}) as held`.execute(transaction);
    if (!lock.rows[0]?.held) return null;
    const state = await sql<{ amnesty: boolean }>`
      update sweep set amnesty_until = case
        when swept_at is null or swept_at < now() - make_interval(secs => ${sql.lit(SILENCE_SECS)})
        then now() + make_interval(secs => ${graceSecs}) else amnesty_until end
      returning coalesce(amnesty_until > now(), false) as amnesty`.execute(db);
    const result = await pass({ amnesty: state.rows[0]?.amnesty ?? false });
    await sql`update sweep set swept_at = now()`.execute(db);
    return result;
  });
}

export type SweepState = { swept_at: Date | null; age_secs: number | null; invariant_violations: number };

export async function readSweepState(db: Database): Promise<SweepState> {
  const found = await sql<SweepState>`
    select swept_at, extract(epoch from clock_timestamp() - swept_at)::float8 as age_secs, invariant_violations
    from sweep`.execute(db);
  return found.rows[0]!;
}

/** Remembers which life of the queue the deliveries belong to. True when it is another one than before. */
export async function noteQueueIncarnation(db: Database, incarnation: string): Promise<boolean> {
  const changed = await sql`
    update sweep set queue_incarnation = ${incarnation}
    where queue_incarnation is distinct from ${incarnation}`.execute(db);
  return changed.numAffectedRows === 1n;
}

/** What must never be true. Each row that is counts as one violation. */
export async function countInvariantViolations(db: Database): Promise<number> {
  const found = await sql<{ violations: number }>`
    select (
      (select count(*) from jobs where status = 'running' and (lease_until is null or worker_id is null))
      + (select count(*) from jobs where status = 'queued' and lease_until is not null)
      + (select count(*) from jobs where status = 'running' and not exists (
          select from attempts where job_id = jobs.id and number = jobs.attempt and status = 'running'))
      + (select count(*) from attempts a join jobs on jobs.id = a.job_id
          where a.status = 'running' and not (jobs.status = 'running' and jobs.attempt = a.number))
    ) as violations`.execute(db);
  const violations = found.rows[0]?.violations ?? 0;
  await sql`update sweep set invariant_violations = ${violations}, checked_at = now()`.execute(db);
  return violations;
}
