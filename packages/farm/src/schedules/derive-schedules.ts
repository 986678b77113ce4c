import type { Database } from '@crafting-table/database/connect';
import { findProjectById, type ProjectRow } from '@crafting-table/database/projects';
import { findNightlyElsewhere, findUnscheduled, storeSchedules } from '@crafting-table/database/schedules';
import { newId } from '../new-id.ts';
import { findCronFault } from './cron.ts';
import { nextFiring } from './firing-times.ts';
import { keyOf, readSchedules, type Schedule } from './read-schedules.ts';
import { isZone } from './wall-clock.ts';

/** Bounds one pass, after a migration of a farm with many projects. */
const PROJECTS_PER_PASS = 200;

/** Makes the schedules of projects that were registered or replaced. Whoever did that has mostly done it already. */
export async function deriveMissing(db: Database, nightlyTz: string, now: Date): Promise<number> {
  const projects = await findUnscheduled(db, PROJECTS_PER_PASS);
  for (const project of projects) await deriveSchedules(db, project, nightlyTz, now);
  return projects.length;
}

/**
 * Moves nightly schedules to the zone that is set now. For the start of the API, which is what registers projects: as part of the
 * sweep, two processes that are told of different zones would move them to and fro.
 */
export async function moveNightly(db: Database, nightlyTz: string, now: Date): Promise<number> {
  const ids = await findNightlyElsewhere(db, nightlyTz);
  for (const id of ids) {
    const project = await findProjectById(db, id);
    if (project) await deriveSchedules(db, project, nightlyTz, now);
  }
  return ids.length;
}

/** Makes the schedules of a project from what it says. */
export async function deriveSchedules(
  db: Database,
  project: ProjectRow,
  nightlyTz: string,
  now: Date,
): Promise<void> {
  // One that is said twice is one schedule; it is on when either is.
  const byKey = new Map<string, Schedule>();
  for (const schedule of readSchedules(project, nightlyTz).filter(canFire)) {
    const key = keyOf(schedule);
    if (!byKey.get(key)?.enabled) byKey.set(key, schedule);
  }
  const rows = [...byKey].map(([key, schedule]) => ({
    ...schedule,
    id: newId(),
    key,
    next: nextFiring(schedule, now),
  }));
  await storeSchedules(db, project, rows);
}

/** Projects may be older than the check of what they say. */
function canFire({ cron, tz }: Schedule): boolean {
  return findCronFault(cron) === null && isZone(tz);
}
