import { sql } from 'kysely';
import type { FindingSummary } from '@crafting-table/contracts/finding-life';
import type { Recipe } from '@crafting-table/contracts/words';
import type { Database } from '../connect.ts';
import { ofSeries, type SeriesFilter } from './tracked-columns.ts';

export type TrendRow = {
  series_id: number;
  subproject: string;
  recipe: Recipe;
  branch: string;
  job_id: string;
  attempt: number;
  sha: string;
  at: Date;
  total: number;
  by_state: FindingSummary['by_state'];
  by_severity: FindingSummary['by_severity'];
};

/** Branches come and go; those that were judged last are of interest. */
const SERIES_MAX = 100;

/** The last jobs of each series, the newest last; the series that was judged last stands first. */
export async function listTrend(
  db: Database,
  { series, limit }: { series: SeriesFilter; limit: number },
): Promise<TrendRow[]> {
  const found = await sql<TrendRow>`
    select s.id as series_id, s.subproject, s.recipe, s.branch, r.job_id, r.attempt, r.sha, r.at, (r.summary->>'total')::int as total,
      r.summary->'by_state' as by_state, r.summary->'by_severity' as by_severity
    from (
      select s.*, newest.at from series s, lateral (
        select at from series_runs where series_id = s.id order by at desc limit 1) newest
      where ${ofSeries(series)} order by newest.at desc limit ${SERIES_MAX}) s,
    lateral (select * from series_runs where series_id = s.id order by at desc limit ${limit}) r
    order by s.at desc, s.id, r.at`.execute(db);
  return found.rows;
}
