import { sql, type RawBuilder } from 'kysely';
import type { RecipeSnapshot } from '@crafting-table/contracts/job';
import type { Recipe } from '@crafting-table/contracts/words';
import type { Connection, Database } from '../connect.ts';
import type { Undelivered } from './dispatch-queries.ts';

export type NewJob = {
  id: string;
  project_id: string;
  owner: string;
  recipe: Recipe;
  subproject: string;
  ref: string | null;
  sha: string | null;
  recipe_snapshot: RecipeSnapshot;
  priority: number;
  /** Of the request, or whatever else asked for it. */
  traceparent?: string | null;
};

/** What the queue can hold as a priority number is 2^21; beyond this limit the order falls back to first come. */
export const TURN_MAX = 2_000_000;

/**
 * Inserts jobs of one project, in order, and returns their turns; null when the project is gone. They count as
 * dispatched: the caller delivers them at once, and the sweep delivers them again when that came to nothing.
 */
export async function insertJobs(db: Connection, jobs: NewJob[]): Promise<Undelivered[] | null> {
  const inserted = await insertion(jobs).execute(db);
  return inserted.rows.length === jobs.length ? inserted.rows : null;
}

export type Idempotency = { owner: string; key: string; requestHash: Buffer; response: unknown };
export type IdempotentInsert =
  | { outcome: 'inserted'; turns: Undelivered[] }
  | { outcome: 'repeated'; response: unknown }
  | { outcome: 'conflict' }
  | { outcome: 'project_gone' };

/**
 * Inserts jobs once per key. A second call with the same key waits for the first, then gets its response, or
 * `conflict` when it asks for something else.
 */
export async function insertJobsOnce(
  db: Database,
  jobs: NewJob[],
  { owner, key, requestHash, response }: Idempotency,
): Promise<IdempotentInsert> {
  return db.transaction().execute(async (transaction) => {
    const fresh = await sql`
      insert into idempotency_keys (owner, key, request_hash, response)
      values (${owner}, ${key}, ${requestHash}, ${JSON.stringify(response)})
      on conflict (owner, key) do update
        set request_hash = excluded.request_hash, response = excluded.response, created_at = now()
        where idempotency_keys.created_at < now() - interval '24 hours'`.execute(transaction);
    if (fresh.numAffectedRows === 1n) {
      const inserted = await insertion(jobs).execute(transaction);
      if (inserted.rows.length === jobs.length) return { outcome: 'inserted', turns: inserted.rows };
      await sql`delete from idempotency_keys where owner = ${owner} and key = ${key}`.execute(transaction);
      return { outcome: 'project_gone' };
    }
    const earlier = await transaction
      .selectFrom('idempotency_keys')
      .select(['request_hash', 'response'])
      .where('owner', '=', owner)
      .where('key', '=', key)
      .executeTakeFirstOrThrow();
    return earlier.request_hash.equals(requestHash)
      ? { outcome: 'repeated', response: earlier.response }
      : { outcome: 'conflict' };
  });
}

/** Forgets keys older than 24 hours. */
export async function deleteOldIdempotencyKeys(db: Database): Promise<void> {
  await sql`delete from idempotency_keys where created_at < now() - interval '24 hours'`.execute(db);
}

/**
 * The place of a new job in the fair order of all projects (start-time fair queueing): one after its project's last
 * unfinished job, but never before the job that is next anyway. So a project that queues one job does not wait behind
 * another's three hundred. Which of its own jobs a project spends its turns on is decided at the claim.
 */
export function fairTurn(projectId: RawBuilder<unknown>): RawBuilder<number> {
  return sql<number>`1 + greatest(
    (select max(turn) from jobs where project_id = ${projectId} and status in ('queued', 'running')),
    coalesce((select min(turn) - 1 from jobs where status = 'queued'),
      (select max(turn) from jobs where status = 'running'), 0))`;
}

function insertion(jobs: NewJob[]): RawBuilder<Undelivered> {
  return sql<Undelivered>`
    insert into jobs (id, project_id, owner, recipe, subproject, ref, sha, recipe_snapshot, priority, turn, traceparent, dispatched_at)
    select n.id, n.project_id, n.owner, n.recipe, n.subproject, n.ref, n.sha, n.recipe_snapshot, n.priority,
      least(${sql.lit(TURN_MAX)}, n.ordinal - 1 + ${fairTurn(sql`n.project_id`)}), n.traceparent, now()
    from rows from (jsonb_to_recordset(${JSON.stringify(jobs)}::jsonb) as (
        id uuid, project_id uuid, owner text, recipe text, subproject text, ref text, sha text,
        recipe_snapshot jsonb, priority smallint, traceparent text)) with ordinality
      as n (id, project_id, owner, recipe, subproject, ref, sha, recipe_snapshot, priority, traceparent, ordinal)
    join projects p on p.id = n.project_id and p.removed_at is null
    returning id as "jobId", attempt + 1 as attempt, turn`;
}
