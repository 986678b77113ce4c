import type { BrokenRule } from '@crafting-table/contracts/health';
import type { Database } from '@crafting-table/database/connect';
import { deleteOldIdempotencyKeys } from '@crafting-table/database/jobs/insert-jobs';
import {
  findExpiredLeases,
  findOverdue,
  returnUnstartedClaims,
} from '@crafting-table/database/jobs/sweep-queries';
import { checkInvariants, isCheckDue } from '@crafting-table/database/invariants/check-invariants';
import { deleteOldSessions } from '@crafting-table/database/browser-sessions';
import { addUpJobEnds } from '@crafting-table/database/job-totals';
import { deleteRemovedProjects } from '@crafting-table/database/projects';
import { withSweepTurn } from '@crafting-table/database/sweep';
import { deleteDeadWorkers } from '@crafting-table/database/workers';
import type { Deliveries } from '@crafting-table/queues/open-deliveries';
import { endSuspect } from './end-suspect.ts';
import { redeliver } from './redeliver.ts';

export type SweepLimits = {
  /** After its lease ran out, a worker has this long before it counts as lost. */
  lostGraceSecs: number;
  claimSecs: number;
  deadlineGraceSecs: number;
  redispatchSecs: number;
  /** Between two rounds, by whichever process, of the work that need not be done in each pass. */
  slowSecs: number;
};

/** What one pass did; null when another process was sweeping. */
export type SweepReport = {
  lost: number;
  overdue: number;
  returned: number;
  redelivered: number;
  deleted: number;
  /** Null when this pass did not look. */
  brokenRules: BrokenRule[] | null;
} | null;

/** What a person should see of a pass in a process's log. */
export function tellOfSweep(
  report: NonNullable<SweepReport>,
  log: { warn(fields: object, message: string): void; error(fields: object, message: string): void },
): void {
  if (report.brokenRules?.length) log.error(report, 'rows break an invariant');
  else if (report.lost + report.overdue + report.returned > 0)
    log.warn(report, 'the sweep ended what nobody tended');
}

const DEAD_WORKER_SECS = 3600;

/**
 * One pass over everything that may have been forgotten: leases nobody renews, deadlines nobody kept, deliveries that
 * were lost. Any process may call it; one at a time does the work. It never touches an unexpired lease. `tend` is what else one
 * process at a time has to look after; it must not throw, or the sweep would count as silent and no lease be judged.
 */
export async function sweep(
  db: Database,
  deliveries: Deliveries,
  limits: SweepLimits,
  passNumber: number,
  tend: (passNumber: number) => Promise<unknown> = async () => {},
): Promise<SweepReport> {
  return withSweepTurn(db, limits.lostGraceSecs + 5, async ({ amnesty, hasStalled }) => {
    const suspects = amnesty
      ? { lost: 0, overdue: 0, returned: 0 }
      : {
          lost: await endLost(db, limits.lostGraceSecs, hasStalled),
          overdue: await endOverdue(db, limits.deadlineGraceSecs, hasStalled),
          returned: await returnUnstartedClaims(db, limits.claimSecs),
        };
    const redelivered = await redeliver(db, deliveries, limits.redispatchSecs);
    const slow = await isCheckDue(db, limits.slowSecs);
    if (slow) {
      await deleteOldIdempotencyKeys(db);
      await deleteDeadWorkers(db, DEAD_WORKER_SECS);
      await addUpJobEnds(db);
      await deleteOldSessions(db);
    }
    await tend(passNumber);
    return {
      ...suspects,
      redelivered,
      deleted: await deleteRemovedProjects(db),
      brokenRules: slow ? await checkInvariants(db) : null,
    };
  });
}

/** Leases that ran out while Postgres stood still and was asked for them are no sign that a worker is lost. */
async function endLost(db: Database, graceSecs: number, hasStalled: () => boolean): Promise<number> {
  const suspects = await findExpiredLeases(db, graceSecs);
  if (hasStalled()) return 0;
  for (const suspect of suspects) await endSuspect(db, suspect, { leaseExpiredForSecs: graceSecs });
  return suspects.length;
}

/** As above: a result may be on its way. */
async function endOverdue(db: Database, graceSecs: number, hasStalled: () => boolean): Promise<number> {
  const suspects = await findOverdue(db, graceSecs);
  if (hasStalled()) return 0;
  for (const suspect of suspects) await endSuspect(db, suspect, { overdueForSecs: graceSecs });
  return suspects.length;
}
