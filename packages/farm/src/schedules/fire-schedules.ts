import type { JobBody } from '@crafting-table/contracts/job';
import { DEFAULT_PRIORITY } from '@crafting-table/contracts/job';
import type { Database } from '@crafting-table/database/connect';
import type { Undelivered } from '@crafting-table/database/jobs/dispatch-queries';
import { insertJobs } from '@crafting-table/database/jobs/insert-jobs';
import { findProjectById, type ProjectRow } from '@crafting-table/database/projects';
import {
  findDueSchedules,
  recordFiring,
  skipFiring,
  type DueSchedule,
} from '@crafting-table/database/schedules';
import type { Dispatcher } from '../jobs/dispatch-jobs.ts';
import { planJobs } from '../jobs/plan-jobs.ts';
import { isRefusal } from '../refusal.ts';
import { settleDue } from './firing-times.ts';

export type FiringParts = { db: Database; dispatcher: Dispatcher; defaultTimeoutSecs: number };

/** A trigger of the queue may come this much before the database's clock says so. The minute it stands for is the same. */
export const EARLY_MS = 2000;
/** What the queue's own trigger has not brought about by then, the sweep does. */
export const OVERDUE_MS = 5000;
const FIRINGS_PER_PASS = 200;

/**
 * Fires every schedule whose time came before `before`, or the one of them that is named. Of several processes that try, one makes
 * each firing: its jobs and the row that says so are one transaction. Returns how many were made.
 */
export async function fireSchedules(
  parts: FiringParts,
  due: { now: Date; before: Date; id?: string },
): Promise<number> {
  const schedules = await findDueSchedules(parts.db, {
    before: due.before,
    id: due.id ?? null,
    limit: FIRINGS_PER_PASS,
  });
  let made = 0;
  const faults: unknown[] = [];
  for (const schedule of schedules) {
    // What is wrong with one is no reason for the others not to fire.
    const isMade = await fire(parts, schedule, due.now).catch((error: unknown) => void faults.push(error));
    if (isMade) made += 1;
  }
  if (faults.length > 0) throw faults[0];
  return made;
}

class FasterElsewhere extends Error {
  override name = 'FasterElsewhere';
}

async function fire({ db, dispatcher, defaultTimeoutSecs }: FiringParts, schedule: DueSchedule, now: Date) {
  const project = await findProjectById(db, schedule.project_id);
  if (!project) return false;
  const pending = { local: schedule.next_local, at: schedule.next_at };
  const { next, ...firing } = settleDue(schedule, pending, now);
  const planned = planJobs(project, bodyOf(schedule), defaultTimeoutSecs);
  const jobs = isRefusal(planned) ? [] : planned;
  const refusal = isRefusal(planned) ? (planned.detail ?? planned.refused) : null;
  const made = { ...firing, firedAt: now, refusal, jobIds: jobs.map(({ id }) => id) };
  let turns: Undelivered[];
  try {
    turns = await db.transaction().execute(async (transaction) => {
      if (!(await recordFiring(transaction, schedule, made, next))) throw new FasterElsewhere();
      return jobs.length === 0 ? [] : ((await insertJobs(transaction, jobs)) ?? []);
    });
  } catch (error) {
    if (!(error instanceof FasterElsewhere)) throw error;
    await skipFiring(db, schedule, firing.local, next);
    return false;
  }
  if (turns.length > 0) dispatcher.dispatch(turns, jobs[0]!.ref, remoteOf(project)); // There is a job for each turn.
  return true;
}

function bodyOf({ recipe, subproject, ref }: DueSchedule): JobBody {
  return {
    recipe,
    priority: DEFAULT_PRIORITY,
    ...(subproject !== null && { subproject }),
    ...(ref !== null && { ref }),
  };
}

function remoteOf({ git_url, git_credentials }: ProjectRow) {
  return { git_url, git_credentials };
}
