import type { FindingHistory } from '@crafting-table/contracts/finding-lists';
import type { Database } from '@crafting-table/database/connect';
import { findProject } from '@crafting-table/database/projects';
import { findStanding, listAcceptances } from '@crafting-table/database/series/acceptances';
import { findTracked, listEvents, type EventRow } from '@crafting-table/database/series/find-tracked';
import type { TrackedRow } from '@crafting-table/database/series/tracked-columns';
import { visibleTo, type Caller } from '../caller.ts';
import { refuse, type Refusal } from '../refusal.ts';
import { showAcceptance, showFirstSeen, showFlaky, showLastSeen, showSighting } from './show-finding.ts';

/** What became of one finding, in every series of the project that has had it. */
export async function getFinding(
  db: Database,
  caller: Caller,
  name: string,
  fingerprint: string,
): Promise<FindingHistory | Refusal> {
  const project = await findProject(db, name, visibleTo(caller));
  if (!project) return refuse('not_found');
  const of = { projectId: project.id, fingerprint };
  const rows = await findTracked(db, of);
  if (rows.length === 0) return refuse('not_found');
  const [events, acceptances, standing] = await Promise.all([
    listEvents(
      db,
      rows.map(({ id }) => id),
    ),
    listAcceptances(db, of),
    findStanding(db, project.id, [fingerprint]),
  ]);
  const eventsOf = Map.groupBy(events, ({ tracked_id }) => tracked_id);
  return {
    fingerprint,
    series: rows.map((row) => ({
      series: { subproject: row.subproject, recipe: row.recipe, branch: row.branch },
      is_open: row.is_open,
      finding: showLastSeen(row.data, standing.get(fingerprint)),
      first_seen: showFirstSeen(row),
      closed: row.is_open ? null : showClosed(row),
      reopen_count: row.reopen_count,
      flaky: showFlaky(row),
      events: (eventsOf.get(row.id) ?? []).map(showEvent),
    })),
    acceptances: acceptances.map(showAcceptance),
  };
}

function showClosed({ closed_job_id, closed_sha, closed_at }: TrackedRow) {
  return showSighting(closed_job_id, closed_sha, closed_at);
}

function showEvent({ event, job_id, sha, at }: EventRow) {
  return { event, job_id, sha, at: at.toISOString() };
}
