// What a series of jobs knows before one of them is judged.
import { sql } from 'kysely';
import type { FindingKind } from '@crafting-table/contracts/finding';
import type { PersonsSuppression } from '@crafting-table/contracts/finding-life';
import type { Recipe, Severity } from '@crafting-table/contracts/words';
import type { Database } from '../connect.ts';

export type SeriesName = { projectId: string; subproject: string; recipe: Recipe; branch: string };

export type KnownRow = {
  id: number;
  fingerprint: string;
  native: string[];
  group: 'code' | 'package' | 'test' | 'event';
  kind: FindingKind;
  tool: string;
  rule: string | null;
  path: string | null;
  line: number | null;
  line_hash: string | null;
  scope: string | null;
  test_name: string | null;
  template: string;
  severity: Severity;
  is_open: boolean;
  first_sha: string;
  since_first_run: boolean;
  closed_sha: string | null;
  reopened_sha: string | null;
  flaky: { passes: number; since: Date } | null;
};

export type LoadedSeries = {
  id: number;
  version: number;
  head: { sha: string; queuedAt: Date } | null;
  /** Has it ever known a finding? */
  hasKnown: boolean;
  last: LastRuns;
};

export type LastRuns = {
  /** Tools that were complete in a job of the commit. */
  completeAtCommit: string[];
  /** What the newest job ran with. */
  inputs: unknown;
  at: Date | null;
};

export type StandingAcceptance = PersonsSuppression & { fingerprint: string };

/** Fixed findings that may come back; the oldest of more than that count as new when they do. */
const CLOSED_MAX = 20_000;
/** Commits of the default branch that a new branch may have begun at. */
const ORIGINS_MAX = 200;

/** A series, should there be one, with what was accepted in its project. In one question, because every job of the farm asks it. */
export async function loadSeries(
  db: Database,
  name: SeriesName,
  sha: string,
): Promise<{ series: LoadedSeries | null; accepted: StandingAcceptance[] }> {
  const found = await sql<SeriesColumns & { accepted: StandingAcceptance[] | null }>`
    select s.id, s.version, s.head_sha, s.head_queued_at, newest.inputs, newest.at,
      exists (select from tracked_findings where series_id = s.id) as has_known,
      (select array_agg(distinct tool) from series_runs, unnest(complete_tools) as tool
        where series_id = s.id and series_runs.sha = ${sha}) as complete,
      (select json_agg(json_build_object('fingerprint', fingerprint, 'by', 'person', 'author', author, 'reason', reason,
          'until', until))
        from acceptances where project_id = ${name.projectId} and lifted_at is null) as accepted
    from (select 1) as one
    left join series s on project_id = ${name.projectId} and subproject = ${name.subproject} and recipe = ${name.recipe}
      and branch = ${name.branch}
    left join lateral (
      select inputs, at from series_runs where series_id = s.id order by at desc limit 1) as newest on true`.execute(
    db,
  );
  const row = found.rows[0]!; // One, with or without a series.
  return { series: toSeries(row), accepted: row.accepted ?? [] };
}

type SeriesColumns = {
  id: number | null;
  version: number;
  head_sha: string | null;
  head_queued_at: Date | null;
  inputs: unknown;
  at: Date | null;
  has_known: boolean;
  complete: string[] | null;
};

function toSeries(row: SeriesColumns): LoadedSeries | null {
  if (row.id === null) return null;
  const { id, version, head_sha: sha, head_queued_at: queuedAt } = row;
  return {
    id,
    version,
    head: sha === null || queuedAt === null ? null : { sha, queuedAt },
    hasKnown: row.has_known,
    last: { completeAtCommit: row.complete ?? [], inputs: row.inputs, at: row.at },
  };
}

/** Open findings, and the newest of those that were fixed. */
export async function loadKnown(db: Database, seriesId: number): Promise<KnownRow[]> {
  const found = await sql<KnownRow>`
    (select ${KNOWN_COLUMNS} from tracked_findings where series_id = ${seriesId} and is_open)
    union all
    (select ${KNOWN_COLUMNS} from tracked_findings where series_id = ${seriesId} and not is_open
      order by closed_at desc nulls last limit ${CLOSED_MAX})`.execute(db);
  return found.rows.map(withDates);
}

/** Findings that one job of a series had, as the series knows them now. For a branch that began at that job's commit. */
export async function loadKnownOfRun(
  db: Database,
  run: { jobId: string; attempt: number },
): Promise<KnownRow[]> {
  const found = await sql<KnownRow>`
    select ${KNOWN_COLUMNS} from tracked_findings where id in (
      select tracked_id from findings where job_id = ${run.jobId} and attempt = ${run.attempt} and seen)`.execute(
    db,
  );
  return found.rows.map((row) => ({
    ...withDates(row),
    is_open: true,
    closed_sha: null,
    reopened_sha: null,
  }));
}

export type SeriesRun = { jobId: string; attempt: number; sha: string };

/** Newest first. */
export async function listOrigins(db: Database, seriesId: number): Promise<SeriesRun[]> {
  return db
    .selectFrom('series_runs')
    .select(['job_id as jobId', 'attempt', 'sha'])
    .where('series_id', '=', seriesId)
    .orderBy('at', 'desc')
    .limit(ORIGINS_MAX)
    .execute();
}

const KNOWN_COLUMNS = sql`id, fingerprint, native, finding_group as "group", kind, tool, rule, path, line, line_hash,
  scope, template, severity, case when finding_group = 'test' then data->'test'->>'name' end as test_name, is_open, first_sha, since_first_run, closed_sha, reopened_sha,
  case when flaky_since is null then null else json_build_object('passes', flaky_passes, 'since', flaky_since) end as flaky`;

/** JSON has no dates. */
function withDates(row: KnownRow): KnownRow {
  return row.flaky === null ? row : { ...row, flaky: { ...row.flaky, since: new Date(row.flaky.since) } };
}
