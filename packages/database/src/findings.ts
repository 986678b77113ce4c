import { sql, type RawBuilder } from 'kysely';
import type { FindingKind, ToolRun } from '@crafting-table/contracts/finding';
import type { FindingState, FindingSummary, JobFinding } from '@crafting-table/contracts/finding-life';
import type { Severity } from '@crafting-table/contracts/words';
import type { Database } from './connect.ts';

export type AttemptId = { jobId: string; attempt: number };

/** What is not given narrows nothing down. */
export type FindingFilter = {
  /** Null: all of them. Not given: those that the job has. */
  states?: readonly FindingState[] | null | undefined;
  kinds?: readonly FindingKind[] | undefined;
  severities?: readonly Severity[] | undefined;
  tools?: readonly string[] | undefined;
  pathStart?: string | undefined;
  isActionable?: boolean | undefined;
};

/** `first_*` are null where nothing was compared. */
export type FindingRow = {
  ordinal: number;
  data: JobFinding;
  first_job_id: string | null;
  first_sha: string | null;
  first_at: Date | null;
};

/** Findings of one attempt in the order they were stored, after the given ordinal. */
export async function listFindings(
  db: Database,
  of: AttemptId & { after: number; limit: number },
  filter: FindingFilter = {},
): Promise<FindingRow[]> {
  const found = await sql<FindingRow>`
    select f.ordinal, ${whole(sql`f.data`)} as data, t.first_job_id, t.first_sha, t.first_at
    from (
      select ordinal, data, tracked_id from findings f
      where job_id = ${of.jobId} and attempt = ${of.attempt} and ordinal > ${of.after} and ${matching(filter)}
      order by ordinal limit ${of.limit}) f
    left join tracked_findings t on t.id = f.tracked_id
    order by f.ordinal`.execute(db);
  return found.rows;
}

/** Rows that were stored before findings were compared, and those of workers of that time, lack what comparing gives. */
function whole(data: RawBuilder<unknown>): RawBuilder<JobFinding> {
  return sql`'{"fingerprint": "", "fingerprints": [], "origin": "source", "state": "unknown", "cause": "unknown",
    "actionable": {"yes": true, "reasons": []}}'::jsonb || ${data}`;
}

/**
 * How many findings an attempt has: those that are stored, numbered from 1 without a gap, and those that its tools reported
 * beyond what is kept.
 */
export function findingsOf(jobId: RawBuilder<unknown>, attempt: RawBuilder<unknown>): RawBuilder<number> {
  return sql<number>`(
    select coalesce((select max(ordinal) from findings where job_id = ${jobId} and attempt = ${attempt} and seen), 0)
      + coalesce((select sum((data->>'omitted_findings')::int) from tool_runs
        where job_id = ${jobId} and attempt = ${attempt}), 0))`;
}

/** Where the findings of one attempt stand, those of a tool together: 50,000 small rows at the most. */
export async function orderByTool(
  db: Database,
  of: AttemptId,
  filter: FindingFilter,
): Promise<{ ordinal: number; tool: string }[]> {
  const found = await sql<{ ordinal: number; tool: string }>`
    select ordinal, data->>'tool' as tool from findings f
    where job_id = ${of.jobId} and attempt = ${of.attempt} and ${matching(filter)}
    order by tool, ordinal`.execute(db);
  return found.rows;
}

/** In the order of the ordinals given. */
export async function readFindings(
  db: Database,
  of: AttemptId,
  ordinals: readonly number[],
): Promise<JobFinding[]> {
  // The limit keeps the planner from reading the whole attempt for each page, as it would where it has no statistics yet.
  const found = await sql<{ data: JobFinding }>`
    select ${whole(sql`f.data`)} as data from unnest(${[...ordinals]}::integer[]) with ordinality as wanted (ordinal, place), lateral (
      select data from findings
      where job_id = ${of.jobId} and attempt = ${of.attempt} and ordinal = wanted.ordinal limit 1) f
    order by wanted.place`.execute(db);
  return found.rows.map(({ data }) => data);
}

export async function listToolRuns(db: Database, of: AttemptId): Promise<ToolRun[]> {
  const rows = await db
    .selectFrom('tool_runs')
    .select('data')
    .where('job_id', '=', of.jobId)
    .where('attempt', '=', of.attempt)
    .orderBy('ordinal')
    .execute();
  return rows.map((row) => row.data);
}

/** Null when the attempt was compared with nothing. */
export async function findSummary(db: Database, of: AttemptId): Promise<FindingSummary | null> {
  const row = await db
    .selectFrom('series_runs')
    .select('summary')
    .where('job_id', '=', of.jobId)
    .where('attempt', '=', of.attempt)
    .executeTakeFirst();
  return row?.summary ?? null;
}

function matching(filter: FindingFilter): RawBuilder<boolean> {
  const { states, kinds, severities, tools, pathStart, isActionable } = filter;
  const conditions = [
    states === undefined ? sql`seen` : states && oneOf('state', states),
    kinds && oneOf('kind', kinds),
    severities && oneOf('severity', severities),
    tools && oneOf('tool', tools),
    pathStart !== undefined && sql`starts_with(f.data->>'path', ${pathStart})`,
    isActionable !== undefined && sql`(f.data->'actionable'->>'yes')::boolean = ${isActionable}`,
  ].filter((condition) => condition !== null && condition !== undefined && condition !== false);
  return conditions.length === 0 ? sql`true` : sql`(${sql.join(conditions, sql` and `)})`;
}

function oneOf(field: string, words: readonly string[]): RawBuilder<boolean> {
  return sql`f.data->>${sql.lit(field)} = any(${[...words]}::text[])`;
}
