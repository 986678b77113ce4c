// What a project's series know of one finding.
import { sql } from 'kysely';
import type { FindingEvent } from '@crafting-table/contracts/finding-life';
import type { Database } from '../connect.ts';
import { TRACKED_COLUMNS, type TrackedRow } from './tracked-columns.ts';

/** Branches that have had a finding; nobody reads on for longer. */
const SERIES_MAX = 200;
const EVENTS_MAX = 100;

/** One row for each series, open ones first, then those that were closed last. */
export async function findTracked(
  db: Database,
  { projectId, fingerprint }: { projectId: string; fingerprint: string },
): Promise<TrackedRow[]> {
  const found = await sql<TrackedRow>`
    select ${TRACKED_COLUMNS} from series s join tracked_findings t on t.series_id = s.id
    where s.project_id = ${projectId} and t.fingerprint = ${fingerprint}
    order by t.is_open desc, t.closed_at desc nulls last, t.id limit ${SERIES_MAX}`.execute(db);
  return found.rows;
}

export type EventRow = { tracked_id: number; at: Date; job_id: string; sha: string; event: FindingEvent };

/** The last ones of each, the newest last. */
export async function listEvents(db: Database, trackedIds: readonly number[]): Promise<EventRow[]> {
  const found = await sql<EventRow>`
    select e.tracked_id, e.at, e.job_id, e.sha, e.event
    from unnest(${[...trackedIds]}::bigint[]) as t (id), lateral (
      select * from finding_events where tracked_id = t.id order by id desc limit ${EVENTS_MAX}) e
    order by e.id`.execute(db);
  return found.rows;
}
