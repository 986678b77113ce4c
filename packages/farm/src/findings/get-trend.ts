import type { Trend, TrendPoint, TrendQuery } from '@crafting-table/contracts/finding-lists';
import type { Database } from '@crafting-table/database/connect';
import { findProject } from '@crafting-table/database/projects';
import { listTrend, type TrendRow } from '@crafting-table/database/series/list-trend';
import { visibleTo, type Caller } from '../caller.ts';
import { refuse, type Refusal } from '../refusal.ts';

/** Counts of findings in the last jobs of each series of a project. */
export async function getTrend(
  db: Database,
  caller: Caller,
  name: string,
  { limit, subproject, recipe, branch }: TrendQuery,
): Promise<Trend | Refusal> {
  const project = await findProject(db, name, visibleTo(caller));
  if (!project) return refuse('not_found');
  const rows = await listTrend(db, {
    series: { projectId: project.id, subproject, recipe, branch },
    limit,
  });
  const bySeries = Map.groupBy(rows, ({ series_id }) => series_id);
  return { series: [...bySeries.values()].map(showSeries) };
}

function showSeries(rows: readonly TrendRow[]): Trend['series'][number] {
  const { subproject, recipe, branch } = rows[0]!; // A group has a row.
  return { series: { subproject, recipe, branch }, points: rows.map(showPoint) };
}

function showPoint({ job_id, attempt, sha, at, total, by_state, by_severity }: TrendRow): TrendPoint {
  return { job_id, attempt, sha, at: at.toISOString(), total, by_state, by_severity };
}
