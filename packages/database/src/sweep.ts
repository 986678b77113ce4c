import { sql } from 'kysely';
import type { BrokenRule } from '@crafting-table/contracts/health';
import type { Connection, Database } from './connect.ts';

const SWEEP_LOCK = 881_002;
/** When the sweep was silent for longer than this, Postgres was away, and workers could not renew either. */
const SILENCE_SECS = 3;
/** A process that is frozen in its turn loses it, soon enough for another one to go on before that counts as silence. */
const TURN_SECS = 1.5;
const ALIVE_MS = 300;

export type SweepTurn = {
  /** While this holds no lease and no deadline is judged: the workers get a chance to say that they are alive. */
  amnesty: boolean;
  /**
   * Whether Postgres, or this process, stood still since the turn began. What was found in such a turn may be the fault of
   * that and not of the workers.
   */
  hasStalled: () => boolean;
};

/**
 * Runs one pass as the only sweeping process, or returns null when another one is at it. The pass runs on the pool,
 * the lock is held by a transaction beside it and ends with it, so a killed process blocks nobody; nor does a frozen one for
 * long, because it has to say that it is alive. Whoever loses its turn goes on beside the next one: each step of a pass may
 * be taken by two at once.
 */
export async function withSweepTurn<T>(
  db: Database,
  graceSecs: number,
  pass: (turn: SweepTurn) => Promise<T>,
): Promise<T | null> {
  return db.transaction().execute(async (transaction) => {
    const lock = await sql<{ held: boolean; at: Date }>`
      select pg_try_advisory_xact_lock(${sql.lit(SWEEP_LOCK)}) as held, clock_timestamp() as at, set_config(
        'idle_in_transaction_session_timeout', ${sql.lit(`${TURN_SECS * 1000}`)}, true)`.execute(transaction);
    if (!lock.rows[0]?.held) return null;
    await using life = stayAlive(transaction, lock.rows[0].at);
    const state = await sql<{ amnesty: boolean }>`
      update sweep set amnesty_until = case
        when swept_at is null or swept_at < now() - make_interval(secs => ${sql.lit(SILENCE_SECS)})
        then now() + make_interval(secs => ${graceSecs}) else amnesty_until end
      returning coalesce(amnesty_until > now(), false) as amnesty`.execute(db);
    const { hasStalled } = life;
    const result = await pass({ amnesty: state.rows[0]?.amnesty ?? false, hasStalled });
    // After a stall this time stays as it was, so that the next turn begins an amnesty. It is a moment that has passed: this
    // very statement may be what a server that stands still answers later.
    if (!hasStalled()) await sql`update sweep set swept_at = ${life.answeredAt}`.execute(db);
    return result;
  });
}

/** Says again and again that the holder of the turn is alive, and notes when the server answered. */
function stayAlive(transaction: Connection, beganAt: Date) {
  let answeredAt = beganAt;
  let heardAt = performance.now();
  let longestGapMs = 0;
  const say = async () => {
    const { rows } = await sql<{ at: Date }>`select clock_timestamp() as at`.execute(transaction);
    longestGapMs = Math.max(longestGapMs, performance.now() - heardAt);
    heardAt = performance.now();
    answeredAt = rows[0]!.at;
  };
  let saying: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    saying = saying.then(say).catch(() => {}); // A turn that was lost says so at its end.
  }, ALIVE_MS);
  return {
    /** By the server's clock. */
    get answeredAt() {
      return answeredAt;
    },
    hasStalled: () => Math.max(longestGapMs, performance.now() - heardAt) > SILENCE_SECS * 1000,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await saying;
    },
  };
}

export type SweepState = {
  swept_at: Date | null;
  age_secs: number | null;
  invariant_violations: number;
  broken_rules: BrokenRule[];
};

export async function readSweepState(db: Database): Promise<SweepState> {
  const found = await sql<SweepState>`
    select swept_at, extract(epoch from clock_timestamp() - swept_at)::float8 as age_secs, invariant_violations,
      broken_rules from sweep`.execute(db);
  return found.rows[0]!;
}

/** Remembers which life of the queue the deliveries belong to. True when it is another one than before. */
export async function noteQueueIncarnation(db: Database, incarnation: string): Promise<boolean> {
  const changed = await sql`
    update sweep set queue_incarnation = ${incarnation}
    where queue_incarnation is distinct from ${incarnation}`.execute(db);
  return changed.numAffectedRows === 1n;
}
