// Schedules and their firings.
import { sql } from 'kysely';
import type { Recipe } from '@crafting-table/contracts/words';
import type { Connection, Database } from './connect.ts';
import type { Owner, ProjectRow } from './projects.ts';

/** Minutes of the wall clock are text like `2026-03-08T02:30`. */
export type StoredFiring = { local: string; at: Date };

export type ScheduleValues = {
  id: string;
  key: string;
  cron: string;
  tz: string;
  recipe: Recipe;
  subproject: string | null;
  ref: string | null;
  enabled: boolean;
  next: StoredFiring | null;
};

export async function readClock(db: Connection): Promise<Date> {
  const found = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
  return found.rows[0]!.now;
}

/** Projects whose schedules were not made from what they say now. */
export async function findUnscheduled(db: Database, limit: number): Promise<ProjectRow[]> {
  return db
    .selectFrom('projects')
    .selectAll()
    .where('has_schedules', '=', false)
    .where('removed_at', 'is', null)
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** Projects with the short form of a schedule, which names no zone, whose rows were made for another one than this. */
export async function findNightlyElsewhere(db: Database, tz: string): Promise<string[]> {
  const found = await sql<{ id: string }>`
    select id from projects p
    where removed_at is null and jsonb_typeof(schedule) = 'object'
      and exists (select from schedules s where project_id = p.id and not gone and s.tz <> ${tz})
    order by id`.execute(db);
  return found.rows.map(({ id }) => id);
}

/**
 * Makes the schedules of a project what it says. One that it said before keeps its next firing. Does nothing when the project was
 * changed meanwhile.
 */
export async function storeSchedules(
  db: Database,
  project: { id: string; updated_at: Date },
  schedules: readonly ScheduleValues[],
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const current = await sql`
      update projects set has_schedules = true
      where id = ${project.id} and date_trunc('milliseconds', updated_at) = ${project.updated_at} and removed_at is null`.execute(
      transaction,
    );
    if (current.numAffectedRows !== 1n) return;
    const rows = schedules.map(({ next, ...row }) => ({
      ...row,
      next_local: next?.local ?? null,
      next_at: next?.at ?? null,
    }));
    await sql`
      update schedules set gone = true
      where project_id = ${project.id} and key <> all(${schedules.map(({ key }) => key)}::text[])`.execute(
      transaction,
    );
    await sql`
      insert into schedules (id, project_id, key, cron, tz, recipe, subproject, ref, enabled, next_local, next_at)
      select id, ${project.id}, key, cron, tz, recipe, subproject, ref, enabled, next_local, next_at
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as t (id uuid, key text, cron text, tz text, recipe text,
        subproject text, ref text, enabled boolean, next_local text, next_at timestamptz)
      on conflict (project_id, key) do update set enabled = excluded.enabled, gone = false,
        next_local = case when schedules.gone or not schedules.enabled then excluded.next_local else schedules.next_local end,
        next_at = case when schedules.gone or not schedules.enabled then excluded.next_at else schedules.next_at end`.execute(
      transaction,
    );
  });
}

export type DueSchedule = {
  id: string;
  project_id: string;
  key: string;
  cron: string;
  tz: string;
  recipe: Recipe;
  subproject: string | null;
  ref: string | null;
  next_local: string;
  next_at: Date;
};

/** The longest overdue first. */
export async function findDueSchedules(
  db: Database,
  due: { before: Date; id: string | null; limit: number },
): Promise<DueSchedule[]> {
  const found = await sql<DueSchedule>`
    select s.id, project_id, key, cron, tz, recipe, subproject, ref, next_local, next_at
    from schedules s join projects p on p.id = project_id and p.removed_at is null
    where enabled and not gone and next_at <= ${due.before} and (${due.id}::uuid is null or s.id = ${due.id})
    order by next_at limit ${due.limit}`.execute(db);
  return found.rows;
}

export type MadeFiring = StoredFiring & {
  firedAt: Date;
  late: boolean;
  missed: number;
  refusal: string | null;
  jobIds: readonly string[];
};

/**
 * Makes a firing and moves its schedule on. False when somebody else was faster, or the schedule was changed; the caller's
 * transaction has to be given up then.
 */
export async function recordFiring(
  transaction: Connection,
  schedule: DueSchedule,
  firing: MadeFiring,
  next: StoredFiring | null,
): Promise<boolean> {
  const moved = await sql`
    update schedules set next_local = ${next?.local ?? null}, next_at = ${next?.at ?? null}
    where id = ${schedule.id} and next_local = ${schedule.next_local} and enabled and not gone`.execute(
    transaction,
  );
  if (moved.numAffectedRows !== 1n) return false;
  const made = await sql`
    insert into firings (project_id, schedule_key, local_minute, due_at, fired_at, late, missed, refusal, job_ids,
      recipe, subproject, ref, tz)
    values (${schedule.project_id}, ${schedule.key}, ${firing.local}, ${firing.at}, ${firing.firedAt}, ${firing.late},
      ${firing.missed}, ${firing.refusal}, ${[...firing.jobIds]}::uuid[],
      ${schedule.recipe}, ${schedule.subproject}, ${schedule.ref}, ${schedule.tz})
    on conflict do nothing`.execute(transaction);
  return made.numAffectedRows === 1n;
}

/** A firing of this minute was made already, under an earlier version of the schedule: it only moves on. */
export async function skipFiring(
  db: Database,
  schedule: DueSchedule,
  local: string,
  next: StoredFiring | null,
): Promise<void> {
  await sql`
    update schedules set next_local = ${next?.local ?? null}, next_at = ${next?.at ?? null}
    where id = ${schedule.id} and next_local = ${schedule.next_local} and exists (
      select from firings where project_id = ${schedule.project_id} and schedule_key = ${schedule.key}
        and local_minute = ${local})`.execute(db);
}

export type ScheduleRow = Omit<ScheduleValues, 'key' | 'next'> & {
  project: string;
  next_local: string | null;
  next_at: Date | null;
  last_local: string | null;
  due_at: Date | null;
  fired_at: Date | null;
  late: boolean | null;
  missed: number | null;
  refusal: string | null;
  job_ids: string[] | null;
};

/** In the order of their projects' names; of one project alone when it is given. */
export async function listSchedules(
  db: Database,
  owner: Owner,
  project: string | null,
): Promise<ScheduleRow[]> {
  const found = await sql<ScheduleRow>`
    select s.id, p.name as project, cron, tz, recipe, subproject, ref, enabled, next_local, next_at,
      last.local_minute as last_local, due_at, fired_at, late, missed, refusal, job_ids
    from schedules s join projects p on p.id = project_id and p.removed_at is null
    left join lateral (
      select local_minute, due_at, fired_at, late, missed, refusal, job_ids from firings f
      where f.project_id = s.project_id and f.schedule_key = s.key
      order by local_minute desc limit 1) as last on true
    where not gone and (${owner}::text is null or owner = ${owner}) and (${project}::text is null or p.name = ${project})
    order by p.name, recipe, cron, s.id`.execute(db);
  return found.rows;
}

/** Schedules that the queue should not have (any more): switched off, dropped by their project, or of a removed one. */
export async function findTriggersToRemove(db: Database, limit: number): Promise<string[]> {
  const found = await sql<{ id: string }>`
    select s.id from schedules s join projects p on p.id = project_id
    where gone or p.removed_at is not null or (not enabled and queue_incarnation is not null)
    limit ${limit}`.execute(db);
  return found.rows.map(({ id }) => id);
}

/** The queue has let go of these: what is not wanted any more goes from here as well, what is wanted again is added again. */
export async function forgetTriggers(db: Database, ids: readonly string[]): Promise<void> {
  await sql`
    with gone as (
      delete from schedules s using projects p
      where s.id = any(${[...ids]}::uuid[]) and p.id = s.project_id and (gone or p.removed_at is not null) returning s.id)
    update schedules set queue_incarnation = null
    where id = any(${[...ids]}::uuid[]) and id not in (select id from gone)`.execute(db);
}

/** Schedules that this life of the queue does not have yet. */
export async function findTriggersToAdd(
  db: Database,
  incarnation: string,
  limit: number,
): Promise<{ id: string; cron: string; tz: string }[]> {
  const found = await sql<{ id: string; cron: string; tz: string }>`
    select s.id, cron, tz from schedules s join projects p on p.id = project_id and p.removed_at is null
    where enabled and not gone and next_at is not null and queue_incarnation is distinct from ${incarnation} limit ${limit}`.execute(
    db,
  );
  return found.rows;
}

export async function markTriggers(db: Database, ids: readonly string[], incarnation: string): Promise<void> {
  await sql`
    update schedules set queue_incarnation = ${incarnation} where id = any(${[...ids]}::uuid[])`.execute(db);
}

/** Firings older than this are let go of. */
export async function deleteOldFirings(db: Database, days: number): Promise<void> {
  await sql`delete from firings where fired_at < now() - make_interval(days => ${days})`.execute(db);
}
