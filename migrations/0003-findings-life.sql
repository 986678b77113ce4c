-- What becomes of findings from job to job. A series is one recipe of one subproject on one branch.
create table series (
  id bigint generated always as identity primary key,
  project_id uuid not null references projects on delete cascade,
  subproject text not null,
  recipe text not null,
  branch text not null,
  -- Counts the jobs that were judged: who judged against an older state than this judges again.
  version integer not null default 0,
  -- The newest commit, by ancestry and not by time.
  head_sha text,
  head_queued_at timestamptz,
  unique (project_id, subproject, recipe, branch)
);

create table series_runs (
  series_id bigint not null references series on delete cascade,
  job_id uuid not null,
  attempt integer not null,
  sha text not null,
  at timestamptz not null default now(),
  -- Tools that looked at everything they were to look at.
  complete_tools text[] not null,
  inputs jsonb not null,
  summary jsonb not null,
  primary key (job_id, attempt)
);
create index series_runs_newest on series_runs (series_id, at desc);
create index series_runs_commit on series_runs (series_id, sha);

create table tracked_findings (
  id bigint generated always as identity primary key,
  series_id bigint not null references series on delete cascade,
  fingerprint text not null,
  is_open boolean not null,
  finding_group text not null check (finding_group in ('code', 'package', 'test', 'event')),
  kind text not null,
  tool text not null,
  rule text,
  path text,
  line integer,
  line_hash text,
  scope text,
  template text not null,
  severity text not null,
  native text[] not null,
  first_sha text not null,
  first_job_id uuid not null,
  first_at timestamptz not null default now(),
  since_first_run boolean not null,
  closed_sha text,
  closed_job_id uuid,
  closed_at timestamptz,
  reopened_sha text,
  reopen_count integer not null default 0,
  flaky_since timestamptz,
  flaky_passes integer not null default 0,
  -- As it was seen last, or when something of it changed last.
  data jsonb not null,
  -- For the index of open findings: paths are too long for it, and what people accept changes after the job.
  path_start text generated always as (left(path, 150)) stored,
  could_act boolean not null generated always as (
    coalesce((data->'actionable'->'reasons') - 'suppressed' = '[]' and data->'suppressed' is null, false)) stored,
  unique (series_id, fingerprint)
);
-- What is open is listed by severity and filtered without a look at the rows, which are wide.
create index tracked_findings_open on tracked_findings (series_id, severity, id)
  include (kind, tool, path_start, could_act, fingerprint) where is_open;
create index tracked_findings_closed on tracked_findings (series_id, closed_at desc) where not is_open;

create table finding_events (
  id bigint generated always as identity primary key,
  tracked_id bigint not null references tracked_findings on delete cascade,
  at timestamptz not null default now(),
  job_id uuid not null,
  sha text not null,
  event text not null
    check (event in ('opened', 'updated', 'reopened', 'fixed', 'flaky', 'passed'))
);
create index finding_events_of on finding_events (tracked_id, id);

-- A person says that a finding is to count for nothing, in every series of the project.
create table acceptances (
  id bigint generated always as identity primary key,
  project_id uuid not null references projects on delete cascade,
  fingerprint text not null,
  reason text not null,
  author text not null,
  created_at timestamptz not null default now(),
  until timestamptz,
  lifted_at timestamptz
);
create unique index acceptances_standing on acceptances (project_id, fingerprint) where lifted_at is null;
create index acceptances_of on acceptances (project_id, fingerprint, id);

-- Rows that are not `seen` tell of known findings that the job did not have.
alter table findings
  add column tracked_id bigint,
  add column seen boolean not null default true;
alter table jobs add column findings_summary jsonb;
