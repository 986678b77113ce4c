// The rows that stand for one finding each, however many jobs of its series have had it.
import { sql, type RawBuilder } from 'kysely';
import type { FindingEvent, JobFinding } from '@crafting-table/contracts/finding-life';
import type { Connection } from '../connect.ts';
import { jsonLines } from './json-lines.ts';

/** A row of the series, as it is to be made or changed. */
export type TrackedChange = {
  /** Null: it is a new one. */
  id: number | null;
  /** Position in the job's findings; null: the job did not have it. */
  ordinal: number | null;
  event: FindingEvent | null;
  is_open: boolean;
  since_first_run: boolean;
  is_flaky: boolean;
  /** Nothing that the row holds has changed. Most findings of most jobs are as they were: what is not written costs nothing. */
  is_same: boolean;
  /** Only of those that the job had. */
  group: 'code' | 'package' | 'test' | 'event' | null;
  rule: string | null;
  template: string | null;
  native: string[];
};

/** Makes the rows of findings that the series did not know; their changes get the ids. */
export async function openTracked(
  db: Connection,
  seriesId: number,
  { jobId, findings }: { jobId: string; findings: readonly JobFinding[] },
  sha: string,
  changes: readonly TrackedChange[],
): Promise<TrackedChange[]> {
  const unknown = changes.filter(({ id }) => id === null);
  if (unknown.length === 0) return [...changes];
  const opened = await sql<{ id: number; fingerprint: string }>`
    insert into tracked_findings (series_id, fingerprint, is_open, finding_group, kind, tool, rule, path, line, line_hash,
      scope, template, severity, native, first_sha, first_job_id, since_first_run, flaky_since, data)
    select ${seriesId}, data->>'fingerprint', (given->>'is_open')::boolean, given->>'group', data->>'kind', data->>'tool',
      given->>'rule', data->>'path', (data->'region'->>'line')::integer, data->>'line_hash', data->>'scope', given->>'template',
      data->>'severity', array(select jsonb_array_elements_text(given->'native')), ${sha}, ${jobId},
      (given->>'since_first_run')::boolean, case when (given->>'is_flaky')::boolean then now() end, data
    from ${givenRows(unknown, findings)}
    -- Fixed so long ago that it was not compared with: it is back.
    on conflict (series_id, fingerprint) do update set is_open = excluded.is_open, path = excluded.path,
      line = excluded.line, line_hash = excluded.line_hash, scope = excluded.scope, data = excluded.data
    returning id, fingerprint`.execute(db);
  const ids = new Map(opened.rows.map(({ id, fingerprint }) => [fingerprint, id]));
  return changes.map((change) => ({
    ...change,
    // Without an id there is a finding.
    id: change.id ?? ids.get(findingOf(change, findings).fingerprint) ?? null,
  }));
}

/** Brings the rows of known findings up to date. */
export async function changeTracked(
  db: Connection,
  { jobId, findings }: { jobId: string; findings: readonly JobFinding[] },
  sha: string,
  changes: readonly TrackedChange[],
): Promise<void> {
  const changed = changes.filter((change) => holdsFinding(change) && change.event !== 'opened');
  if (changed.length > 0) {
    await sql`
      update tracked_findings t set kind = given.data->>'kind', rule = given.given->>'rule', path = given.data->>'path',
        line = (given.data->'region'->>'line')::integer, line_hash = given.data->>'line_hash', scope = given.data->>'scope',
        template = given.given->>'template', severity = given.data->>'severity',
        native = array(select jsonb_array_elements_text(given.given->'native')), data = given.data, is_open = given.is_open,
        closed_sha = case when given.is_open then null else t.closed_sha end,
        closed_job_id = case when given.is_open then null else t.closed_job_id end,
        closed_at = case when given.is_open then null else t.closed_at end,
        reopened_sha = case when given.given->>'event' = 'reopened' then ${sha} else t.reopened_sha end,
        reopen_count = t.reopen_count + coalesce(given.given->>'event' = 'reopened', false)::int,
        flaky_since = case when (given.given->>'is_flaky')::boolean then now() else t.flaky_since end,
        flaky_passes = 0
      from (select (given->>'id')::bigint as id, (given->>'is_open')::boolean as is_open, given, data
        from ${givenRows(changed, findings)}) as given
      where t.id = given.id`.execute(db);
  }
  const ids = (event: FindingEvent) =>
    changes.filter((change) => change.ordinal === null && change.event === event).map(({ id }) => id);
  const fixed = ids('fixed');
  if (fixed.length > 0) {
    await sql`update tracked_findings set is_open = false, closed_sha = ${sha}, closed_job_id = ${jobId}, closed_at = now(),
      flaky_since = null, flaky_passes = 0 where id = any(${fixed}::bigint[])`.execute(db);
  }
  const flaky = ids('flaky');
  if (flaky.length > 0) {
    await sql`update tracked_findings set flaky_since = now(), flaky_passes = 1 where id = any(${flaky}::bigint[])`.execute(
      db,
    );
  }
  const passed = ids('passed');
  if (passed.length > 0) {
    await sql`update tracked_findings set flaky_passes = flaky_passes + 1 where id = any(${passed}::bigint[])`.execute(
      db,
    );
  }
}

/** Does the row of the series hold all that the job has said of the finding? */
export function holdsFinding({ ordinal, event, is_same }: TrackedChange): boolean {
  return ordinal !== null && (event === 'opened' || !is_same);
}

/**
 * The changes for the `from` of a statement, in two columns: `given`, the change, and `data`, its finding. Each is parsed once
 * (that is what the offset is for); taking the fields out of it costs less than a record of columns beside it.
 */
function givenRows(changes: readonly TrackedChange[], findings: readonly JobFinding[]): RawBuilder<unknown> {
  const rows = changes.map((change) => ({ ...change, data: findingOf(change, findings) }));
  return sql`(select given, given->'data' as data
    from (select string_to_table::jsonb as given from ${jsonLines(rows)} offset 0) as parsed offset 0) as given_rows`;
}

function findingOf({ ordinal }: TrackedChange, findings: readonly JobFinding[]): JobFinding {
  return findings[ordinal!]!; // Asked of changes with a finding only.
}
