import type { ScheduleView } from '@crafting-table/contracts/schedule';
import type { Database } from '@crafting-table/database/connect';
import { listSchedules as listScheduleRows, type ScheduleRow } from '@crafting-table/database/schedules';
import { visibleTo, type Caller } from '../caller.ts';

/** Own schedules, of one project alone when it is named; an admin sees all. */
export async function listSchedules(
  db: Database,
  caller: Caller,
  project: string | null,
): Promise<{ schedules: ScheduleView[] }> {
  return { schedules: (await listScheduleRows(db, visibleTo(caller), project)).map(showSchedule) };
}

function showSchedule(row: ScheduleRow): ScheduleView {
  const { id, project, cron, tz, recipe, subproject, ref, enabled, next_local, next_at } = row;
  return {
    id,
    project,
    cron,
    tz,
    recipe,
    subproject,
    ref,
    enabled,
    next: enabled && next_local !== null && next_at ? { local: next_local, at: next_at.toISOString() } : null,
    last: showLast(row),
  };
}

function showLast(row: ScheduleRow): ScheduleView['last'] {
  const { last_local, due_at, fired_at } = row;
  if (last_local === null || !due_at || !fired_at) return null;
  return {
    local: last_local,
    at: due_at.toISOString(),
    fired_at: fired_at.toISOString(),
    late: row.late ?? false,
    missed: row.missed ?? 0,
    refusal: row.refusal,
    job_ids: row.job_ids ?? [],
  };
}
