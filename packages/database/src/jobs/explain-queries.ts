// What stands between a queued job and a worker.
import { sql } from 'kysely';
import type { Database } from '../connect.ts';

export type QueuePlace = {
  /** Queued jobs of its own project that are claimed before it. */
  ahead_in_project: number;
  /** The turn by which it will be claimed: a delivery is a turn of its project, which spends it on its most urgent job. */
  turn: number;
  /** Queued jobs of all projects whose turn comes before. */
  ahead_in_farm: number;
  waited_secs: number;
  is_delivered: boolean;
};

/** Null when the job is not queued (any more). */
export async function findQueuePlace(db: Database, jobId: string): Promise<QueuePlace | null> {
  const found = await sql<QueuePlace>`
    with asked as (
      select j.* from jobs j join projects p on p.id = j.project_id and p.removed_at is null
      where j.id = ${jobId} and j.status = 'queued'),
    of_project as (
      select jobs.id, jobs.turn,
        row_number() over (order by jobs.priority, jobs.turn, jobs.queued_at, jobs.id) as claim_order,
        row_number() over (order by jobs.turn, jobs.queued_at, jobs.id) as turn_order
      from jobs join asked on jobs.project_id = asked.project_id where jobs.status = 'queued'),
    place as (
      select mine.claim_order - 1 as ahead_in_project, theirs.turn
      from of_project mine join of_project theirs on theirs.turn_order = mine.claim_order
      where mine.id = ${jobId})
    select place.ahead_in_project, place.turn,
      (select count(*) from jobs where status = 'queued' and turn < place.turn) as ahead_in_farm,
      extract(epoch from now() - asked.queued_at)::float8 as waited_secs, asked.dispatched_at is not null as is_delivered
    from place, asked`.execute(db);
  return found.rows[0] ?? null;
}

export type AheadJob = {
  /** Null when no job like it was ever run to its end. */
  expected_secs: number | null;
  /** Null for one that is still queued. */
  worker_id: string | null;
  /** 0 for one that is still queued. */
  ran_secs: number;
};

/** Jobs of one kind that are looked at to tell how long the next one takes. */
const PAST_MAX = 20;
/** Of these the ones of the right subproject count. */
const PAST_LOOKED_AT = 200;
/** A longer queue is estimated from its beginning. */
const AHEAD_MAX = 1000;

/**
 * What runs, and what is queued with an earlier turn, in this order, each with the middle duration of the newest jobs like
 * it: the same recipe of the same subproject.
 */
export async function listJobsAhead(db: Database, turn: number): Promise<AheadJob[]> {
  const found = await sql<AheadJob>`
    with ahead as (
      (select project_id, subproject, recipe, worker_id, 0 as rank, 0 as turn, claimed_at as since,
        extract(epoch from now() - claimed_at)::float8 as ran_secs from jobs where status = 'running')
      union all
      (select project_id, subproject, recipe, null, 1, turn, queued_at, 0 from jobs
        where status = 'queued' and turn < ${turn} order by turn, queued_at limit ${sql.lit(AHEAD_MAX)})),
    kinds as (
      select kind.*, (
        select percentile_cont(0.5) within group (order by secs) from (
          select extract(epoch from past.finished_at - past.claimed_at)::float8 as secs from (
            select * from jobs where jobs.project_id = kind.project_id and jobs.recipe = kind.recipe
              and jobs.status in ('passed', 'failed')
            order by id desc limit ${sql.lit(PAST_LOOKED_AT)}) past
          where past.subproject = kind.subproject and past.started_at is not null
          order by past.id desc limit ${sql.lit(PAST_MAX)}) durations) as expected_secs
      from (select distinct project_id, subproject, recipe from ahead) kind)
    select kinds.expected_secs, ahead.worker_id, greatest(ahead.ran_secs, 0) as ran_secs
    from ahead join kinds using (project_id, subproject, recipe) order by rank, turn, since`.execute(db);
  return found.rows;
}

/** Attempts under way of each worker, whoever they belong to. */
export async function countRunningByWorker(db: Database): Promise<Map<string, number>> {
  const found = await sql<{ worker_id: string; attempts: number }>`
    select worker_id, count(*) as attempts from jobs where status = 'running' group by worker_id`.execute(db);
  return new Map(found.rows.map((row) => [row.worker_id, row.attempts]));
}
