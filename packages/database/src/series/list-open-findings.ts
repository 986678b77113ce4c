// What is open in a project now, over all its series.
import { sql, type RawBuilder } from 'kysely';
import { SEVERITIES, type Severity } from '@crafting-table/contracts/words';
import type { Database } from '../connect.ts';
import type { FindingFilter } from '../findings.ts';
import { ofSeries, TRACKED_COLUMNS, type SeriesFilter, type TrackedRow } from './tracked-columns.ts';

/** Where a page ended: the list goes by severity, and by age within one. */
export type OpenPlace = { severity: Severity; id: number };

export type OpenPage = {
  series: SeriesFilter;
  filter: Omit<FindingFilter, 'states'>;
  after: OpenPlace | null;
  limit: number;
};

/**
 * The most severe first, and of those the oldest. Each severity is a merge of one index run for each series, and what is
 * filtered is decided in the index, so a page costs much the same however many findings are open.
 */
export async function listOpenFindings(db: Database, page: OpenPage): Promise<TrackedRow[]> {
  const { after, filter, limit } = page;
  const from = after === null ? 0 : SEVERITIES.indexOf(after.severity);
  const severities = SEVERITIES.slice(from).filter((each) => filter.severities?.includes(each) ?? true);
  const rows: TrackedRow[] = [];
  for (const severity of severities) {
    const isGoingOn = severity === after?.severity;
    rows.push(
      ...(await listOfSeverity(db, page, {
        severity,
        after: isGoingOn ? after.id : 0,
        limit: limit - rows.length,
      })),
    );
    if (rows.length >= limit) break;
  }
  return rows;
}

async function listOfSeverity(
  db: Database,
  { series, filter }: OpenPage,
  { severity, after, limit }: { severity: Severity; after: number; limit: number },
): Promise<TrackedRow[]> {
  const found = await sql<TrackedRow>`
    select ${TRACKED_COLUMNS} from (
      select run.id from series s, lateral (
        select t.id from tracked_findings t
        where t.series_id = s.id and t.is_open and t.severity = ${severity} and t.id > ${after}
          and ${matching(filter, series.projectId)}
        order by t.id limit ${limit}) run
      where ${ofSeries(series)} order by run.id limit ${limit}) page
    join tracked_findings t on t.id = page.id join series s on s.id = t.series_id
    order by t.id`.execute(db);
  return found.rows;
}

function matching(
  { kinds, tools, pathStart, isActionable }: OpenPage['filter'],
  projectId: string,
): RawBuilder<boolean> {
  const conditions = [
    kinds && sql`t.kind = any(${[...kinds]}::text[])`,
    tools && sql`t.tool = any(${[...tools]}::text[])`,
    pathStart !== undefined && startsWith(pathStart),
    isActionable !== undefined && sql`${actionable(projectId)} = ${isActionable}`,
  ].filter((condition) => condition !== undefined && condition !== false);
  return conditions.length === 0 ? sql`true` : sql`(${sql.join(conditions, sql` and `)})`;
}

/** As many characters of a path as the index has. */
const PATH_START_CHARS = 150;

function startsWith(pathStart: string): RawBuilder<boolean> {
  const inIndex = [...pathStart].slice(0, PATH_START_CHARS).join('');
  if (inIndex === pathStart) return sql`starts_with(t.path_start, ${pathStart})`;
  return sql`(starts_with(t.path_start, ${inIndex}) and starts_with(t.path, ${pathStart}))`;
}

/** What people have accepted may have changed since the last job, so that is asked now and not read from the finding. */
function actionable(projectId: string): RawBuilder<boolean> {
  return sql`(t.could_act and t.fingerprint not in (select fingerprint from acceptances
    where project_id = ${projectId} and lifted_at is null and (until is null or until > now())))`;
}
