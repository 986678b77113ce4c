// What happened in a project between two digests. Each question is bounded: at most LINES_MAX of a kind, and the number of all.
import { sql } from 'kysely';
import type { OutboxState, Recipient } from '@crafting-table/contracts/digest';
import type { FindingSummary } from '@crafting-table/contracts/finding-life';
import type { Advisory, FindingKind, PackageDetail, ToolRun } from '@crafting-table/contracts/finding';
import {
  SEVERITIES,
  type JobStatus,
  type Reason,
  type Recipe,
  type Severity,
} from '@crafting-table/contracts/words';
import type { Database } from '../connect.ts';

/** What a person reads of one kind in the morning; the rest is counted. */
export const LINES_MAX = 50;
const TREND_DAYS = 14;
/** Of mails in a row that did not go out. */
const MAILS_MAX = 10;
/** A firing that was not made by then, or whose jobs still wait, is told: something is in its way. */
const OVERDUE_SECS = 600;

export type FindingFact = {
  class: 'new' | 'fixed' | 'open' | 'flaky';
  /** Of the whole class. */
  total: number;
  kind: FindingKind;
  tool: string;
  recipe: Recipe;
  subproject: string;
  severity: Severity;
  rule: string | null;
  path: string | null;
  line: number | null;
  message: string;
  package: PackageDetail | null;
  advisory: Pick<Advisory, 'ids'> | null;
  test: string | null;
  since: Date;
  /** It was gone for a while. */
  isBack: boolean;
  jobId: string;
};

/** One recipe of one subproject on one branch, as far as it ran in the time. */
export type RecipeFact = {
  subproject: string;
  recipe: Recipe;
  branch: string;
  ended: number;
  /** How often the recipe itself said no. */
  failures: number;
  /** How often it failed at all: timed out, lost and the like as well. */
  failed: number;
  /** When the recipe said no for the first time since it passed last; null when it does not say no now. */
  failingSince: Date | null;
  last: {
    jobId: string;
    attempt: number;
    status: JobStatus;
    reason: Reason;
    exitCode: number | null;
    detail: string | null;
    findings: number;
    at: Date;
  };
  /** How the newest job before that time ended, if the recipe ended it. */
  before: JobStatus | null;
  /** Tests of the newest job; null when nothing in it told of any. */
  tests: NonNullable<FindingSummary['tests']> | null;
  toolRuns: ToolRun[];
};

export type BrokenJobFact = {
  total: number;
  jobId: string;
  subproject: string;
  recipe: Recipe;
  reason: Reason;
  detail: string | null;
  at: Date;
};

/**
 * A firing that was not as it should be. `made`: late, or after others that nobody made. `waiting`: its jobs are queued still.
 * `overdue`: its time has come, and it was not made.
 */
export type FiringFact = {
  fate: 'made' | 'refused' | 'cancelled' | 'waiting' | 'overdue';
  recipe: Recipe;
  local: string;
  tz: string;
  late: boolean;
  missed: number;
  refusal: string | null;
  /** How many of its schedule are like this, this being the oldest. */
  count: number;
  at: Date;
};

export type EarlierMail = { date: string; state: OutboxState; error: string | null; recipients: Recipient[] };

export type DigestFacts = {
  findings: FindingFact[];
  recipes: RecipeFact[];
  broken: BrokenJobFact[];
  firings: FiringFact[];
  /** How often schedules fired. */
  fired: number;
  mails: EarlierMail[];
  /** Newest first, without today. */
  trend: { date: string; open: number }[];
};

export type FactsWanted = {
  projectId: string;
  /** Of the default branch and of those that schedules name. */
  branches: readonly string[];
  defaultBranch: string;
  date: string;
  from: Date;
  to: Date;
};

/** One question after the other: a worker has few connections, and attempts need them more. */
export async function loadFacts(db: Database, wanted: FactsWanted): Promise<DigestFacts> {
  return {
    findings: await loadFindings(db, wanted),
    recipes: await loadRecipes(db, wanted),
    broken: await loadBroken(db, wanted),
    firings: await loadFirings(db, wanted),
    fired: await countFirings(db, wanted),
    mails: await loadMails(db, wanted),
    trend: await loadTrend(db, wanted),
  };
}

/** Somebody said that these are nobody's business, or they are only the consequence of another. */
const LEFT_OUT = ['suppressed', 'not_affected', 'cascade', 'information'];

/** The first job of a series is no wall of news, but for what nobody may wait with. */
const ALWAYS_NEWS: FindingKind[] = ['cve', 'malware'];

async function loadFindings(
  db: Database,
  { projectId, branches, from, to }: FactsWanted,
): Promise<FindingFact[]> {
  const found = await sql<FindingFact>`
    with known as (
      select t.*, s.recipe, s.subproject, back.at as back_at,
        case
          when not t.is_open then 'fixed'
          when t.flaky_since is not null then 'flaky'
          when t.first_at >= ${from} and (not t.since_first_run or t.kind = any(${ALWAYS_NEWS}::text[])) then 'new'
          when back.at is not null then 'new'
          else 'open' end as class
      from series s join tracked_findings t on t.series_id = s.id
      left join lateral (
        select max(e.at) as at from finding_events e
        where t.reopen_count > 0 and e.tracked_id = t.id and e.event = 'reopened' and e.at >= ${from} and e.at < ${to}
      ) back on true
      where s.project_id = ${projectId} and s.branch = any(${[...branches]}::text[]) and t.first_at < ${to}
        and (t.is_open or (t.closed_at >= ${from} and t.closed_at < ${to}))
        and not coalesce(t.data->'actionable'->'reasons' ?| ${LEFT_OUT}::text[], false)
        and not exists (
          select from acceptances a where a.project_id = ${projectId} and a.fingerprint = t.fingerprint
            and a.lifted_at is null and (a.until is null or a.until > ${to}))),
    ranked as (
      select *, count(*) over (partition by class) as total, row_number() over (
        partition by class order by array_position(${[...SEVERITIES]}::text[], severity), first_at, path, line, id) as place
      from known)
    select class, total, kind, tool, recipe, subproject, severity, rule, path, line, data->>'message' as message,
      data->'package' as package, data->'advisory' as advisory, data->'test'->>'name' as test,
      case class when 'new' then coalesce(back_at, first_at) when 'flaky' then flaky_since else first_at end as since,
      class = 'new' and back_at is not null as "isBack",
      case when class = 'fixed' then coalesce(closed_job_id, first_job_id) else first_job_id end as "jobId"
    from ranked where place <= ${sql.lit(LINES_MAX)} order by class, place`.execute(db);
  return found.rows;
}

async function loadRecipes(db: Database, wanted: FactsWanted): Promise<RecipeFact[]> {
  const { projectId, branches, defaultBranch, from, to } = wanted;
  const found = await sql<Omit<RecipeFact, 'last'> & { last: Omit<RecipeFact['last'], 'at'>; at: Date }>`
    with ended as (
      select id, attempt, subproject, recipe, coalesce(ref, ${defaultBranch}) as branch, status, reason, exit_code, detail,
        findings_count, findings_summary, finished_at
      from jobs where project_id = ${projectId} and finished_at >= ${from} and finished_at < ${to}
        and status in ('passed', 'failed') and coalesce(ref, ${defaultBranch}) = any(${[...branches]}::text[])),
    last as (
      select distinct on (subproject, recipe, branch) * from ended
      order by subproject, recipe, branch, finished_at desc, id desc),
    counts as (
      select subproject, recipe, branch, count(*) as ended, count(*) filter (where status = 'failed') as failed,
        count(*) filter (where status = 'failed' and reason in ('exit', 'gate')) as failures
      from ended group by subproject, recipe, branch)
    select last.subproject, last.recipe, last.branch, counts.ended, counts.failed, counts.failures, last.finished_at as at,
      last.findings_summary->'tests' as tests,
      jsonb_build_object('jobId', last.id, 'attempt', last.attempt, 'status', last.status, 'reason', last.reason,
        'exitCode', last.exit_code, 'detail', last.detail, 'findings', last.findings_count) as last,
      (select j.status from jobs j where j.project_id = ${projectId} and j.finished_at < ${from}
        and j.recipe = last.recipe and j.subproject = last.subproject and coalesce(j.ref, ${defaultBranch}) = last.branch
        and j.status in ('passed', 'failed') and j.reason in ('exit', 'gate')
        order by j.finished_at desc limit 1) as before,
      case when last.status = 'failed' and last.reason in ('exit', 'gate') then (
        select min(j.finished_at) from jobs j where j.project_id = ${projectId} and j.finished_at <= last.finished_at
          and j.recipe = last.recipe and j.subproject = last.subproject and coalesce(j.ref, ${defaultBranch}) = last.branch
          and j.status = 'failed' and j.reason in ('exit', 'gate')
          and j.finished_at > coalesce((
            select max(p.finished_at) from jobs p where p.project_id = ${projectId} and p.finished_at < last.finished_at
              and p.recipe = last.recipe and p.subproject = last.subproject
              and coalesce(p.ref, ${defaultBranch}) = last.branch and p.status = 'passed'), '-infinity')
        ) end as "failingSince",
      coalesce((select jsonb_agg(data order by ordinal) from tool_runs
        where job_id = last.id and tool_runs.attempt = last.attempt), '[]') as "toolRuns"
    from last join counts using (subproject, recipe, branch)
    order by last.subproject, last.recipe, last.branch`.execute(db);
  return found.rows.map(({ at, last, ...row }) => ({ ...row, last: { ...last, at } }));
}

/** Ended by something else than the recipe itself. */
const BROKEN: Reason[] = [
  'timeout',
  'no_output',
  'worker_lost',
  'setup_failed',
  'tool_missing',
  'disk_full',
  'oom',
  'log_flood',
  'refused',
];

async function loadBroken(db: Database, { projectId, from, to }: FactsWanted): Promise<BrokenJobFact[]> {
  const found = await sql<BrokenJobFact>`
    select * from (
      select count(*) over (partition by reason = 'tool_missing') as total, id as "jobId", subproject, recipe, reason, detail,
        finished_at as at, row_number() over (partition by reason = 'tool_missing' order by finished_at desc) as place
      from jobs where project_id = ${projectId} and finished_at >= ${from} and finished_at < ${to}
        and status = 'failed' and reason = any(${BROKEN}::text[])) as broken
    where place <= ${sql.lit(LINES_MAX)} order by at`.execute(db);
  return found.rows;
}

async function loadFirings(db: Database, { projectId, from, to }: FactsWanted): Promise<FiringFact[]> {
  const found = await sql<FiringFact>`
    with made as (
      select s.recipe, s.tz, f.local_minute as local, f.late, f.missed, f.refusal, f.fired_at, f.due_at as at, s.id as schedule,
        exists (select from jobs j where j.id = any(f.job_ids) and j.status = 'queued') as waits,
        exists (select from jobs j where j.id = any(f.job_ids) and j.status = 'cancelled' and j.finished_at < ${to}) as cancelled
      from firings f join schedules s on s.project_id = f.project_id and s.key = f.schedule_key
      where f.project_id = ${projectId} and f.fired_at >= ${from} and f.fired_at < ${to})
    (select case when refusal is not null then 'refused' when cancelled then 'cancelled' else 'made' end as fate,
        recipe, tz, local, late, missed, refusal, 1 as count, at
      from made where late or missed > 0 or refusal is not null or cancelled
      order by at limit ${sql.lit(LINES_MAX)})
    union all
    (select distinct on (schedule) 'waiting', recipe, tz, local, false, 0, null, count(*) over (partition by schedule), at
      from made where waits and fired_at < ${to}::timestamptz - make_interval(secs => ${OVERDUE_SECS})
      order by schedule, at limit ${sql.lit(LINES_MAX)})
    union all
    (select 'overdue', recipe, tz, next_local, false, 0, null, 1, next_at from schedules
      where project_id = ${projectId} and enabled and not gone
        and next_at < ${to}::timestamptz - make_interval(secs => ${OVERDUE_SECS}) limit ${sql.lit(LINES_MAX)})`.execute(
    db,
  );
  return found.rows;
}

async function countFirings(db: Database, { projectId, from, to }: FactsWanted): Promise<number> {
  const found = await sql<{ fired: number }>`
    select count(*) as fired from firings
    where project_id = ${projectId} and fired_at >= ${from} and fired_at < ${to}`.execute(db);
  return found.rows[0]!.fired;
}

/** The mail that went out last, and those after it that did not. */
async function loadMails(db: Database, { projectId, date }: FactsWanted): Promise<EarlierMail[]> {
  const found = await sql<EarlierMail>`
    select date::text, state, error, recipients from outbox
    where project_id = ${projectId} and date < ${date} and date >= coalesce((
      select max(date) from outbox where project_id = ${projectId} and date < ${date} and state = 'sent'), '-infinity')
    order by outbox.date desc limit ${sql.lit(MAILS_MAX)}`.execute(db);
  return found.rows.toReversed();
}

async function loadTrend(
  db: Database,
  { projectId, date }: FactsWanted,
): Promise<{ date: string; open: number }[]> {
  const found = await sql<{ date: string; open: number }>`
    select date::text, (content->'trend'->-1->>'open')::int as open from digests
    where project_id = ${projectId} and date < ${date} order by digests.date desc limit ${sql.lit(TREND_DAYS - 1)}`.execute(
    db,
  );
  return found.rows.filter(({ open }) => open !== null);
}
