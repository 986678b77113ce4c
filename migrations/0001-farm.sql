-- The farm's own tables. Postgres is the truth: whatever is in the queue can be written again from here.

create table tokens (
  id uuid primary key,
  name text not null,
  hash bytea not null unique,
  is_admin boolean not null,
  ip_cidrs text[] not null default '{}',
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
-- A name is free again once its token is revoked: the next one minted under it is the successor.
create unique index tokens_name on tokens (name) where revoked_at is null;

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  subject text not null,
  detail jsonb not null default '{}'
);

create table projects (
  id uuid primary key,
  name text not null,
  owner text not null,
  -- Without credentials; those stand beside it and never leave the farm.
  git_url text not null,
  git_credentials jsonb,
  default_branch text not null,
  languages text[] not null,
  subprojects jsonb not null,
  schedule jsonb,
  notify jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Set when the project was removed: nobody sees it any more, and the sweep deletes it once nothing of it runs.
  removed_at timestamptz
);
create unique index projects_name on projects (name) where removed_at is null;
create index projects_owner on projects (owner, name) where removed_at is null;
create index projects_removed on projects (removed_at) where removed_at is not null;

create table jobs (
  id uuid primary key,
  project_id uuid not null references projects,
  owner text not null,
  recipe text not null check (recipe in ('build', 'test', 'lint', 'audit')),
  subproject text not null,
  ref text,
  sha text,
  recipe_snapshot jsonb not null,
  priority smallint not null,
  -- The place in the fair order of all projects; the queue's priority number.
  turn integer not null,
  status text not null default 'queued'
    check (status in ('queued', 'running', 'passed', 'failed', 'cancelled')),
  reason text,
  exit_code integer,
  detail text,
  attempt integer not null default 0,
  worker_id uuid,
  findings_count integer not null default 0,
  queued_at timestamptz not null default now(),
  dispatched_at timestamptz,
  claimed_at timestamptz,
  preparing_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  lease_until timestamptz,
  deadline_at timestamptz,
  cancel_requested_at timestamptz,
  cancel_reason text
) with (fillfactor = 80);

-- Lists: each page is a merge of at most twenty runs of one of these, whatever is filtered. `nulls last` keeps the planner
-- from the primary key, which has the order but not the filter: it would read a million rows to find ten.
create index jobs_of_project on jobs (project_id, recipe, status, id desc nulls last);
create index jobs_of_owner on jobs (owner, recipe, status, id desc nulls last);
create index jobs_of_all on jobs (recipe, status, id desc nulls last);
-- The working set, small however many jobs are kept.
create index jobs_unfinished on jobs (project_id, turn) where status in ('queued', 'running');
create index jobs_queued on jobs (turn, queued_at) where status = 'queued';
create index jobs_next on jobs (project_id, priority, turn) where status = 'queued';
create index jobs_undispatched on jobs (dispatched_at nulls first) where status = 'queued';
create index jobs_running on jobs (id) where status = 'running';

create table attempts (
  job_id uuid not null references jobs on delete cascade,
  number integer not null,
  status text not null default 'running'
    check (status in ('running', 'passed', 'failed', 'cancelled', 'returned')),
  reason text,
  exit_code integer,
  detail text,
  worker_id uuid not null,
  worker text not null,
  containment text not null,
  claimed_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  log_bytes bigint,
  log_lines bigint,
  log_stored_bytes bigint,
  log_stored_sha256 text,
  log_omitted_bytes bigint,
  log_omitted_lines bigint,
  -- Set when retention took the log; the attempt itself stays.
  log_removed_at timestamptz,
  -- What a worker reported when the attempt was already over. It changed nothing.
  superseded_reason text,
  superseded_exit_code integer,
  superseded_at timestamptz,
  primary key (job_id, number)
);
create index attempts_running on attempts (job_id) where status = 'running';

create table log_chunks (
  job_id uuid not null,
  attempt integer not null,
  seq integer not null,
  byte_offset bigint not null,
  byte_length integer not null,
  line_offset bigint not null,
  line_count integer not null,
  data bytea not null,
  primary key (job_id, attempt, seq),
  foreign key (job_id, attempt) references attempts on delete cascade
);
-- The data is compressed already.
alter table log_chunks alter column data set storage external;

create table findings (
  job_id uuid not null,
  attempt integer not null,
  ordinal integer not null,
  data jsonb not null,
  primary key (job_id, attempt, ordinal),
  foreign key (job_id, attempt) references attempts on delete cascade
);

create table tool_runs (
  job_id uuid not null,
  attempt integer not null,
  ordinal integer not null,
  data jsonb not null,
  primary key (job_id, attempt, ordinal),
  foreign key (job_id, attempt) references attempts on delete cascade
);

create table idempotency_keys (
  owner text not null,
  key text not null,
  request_hash bytea not null,
  -- As it was sent, to the byte: jsonb would order its keys anew.
  response json not null,
  created_at timestamptz not null default now(),
  primary key (owner, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);

create table workers (
  id uuid primary key,
  name text not null,
  version text not null,
  slots integer not null,
  busy integer not null default 0,
  containment text not null,
  draining boolean not null default false,
  blocked text,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);

-- One row: when the sweep last went through, and what it found.
create table sweep (
  single boolean primary key default true check (single),
  swept_at timestamptz,
  -- After a silence of the sweep itself (Postgres was away) no lease expires before this moment.
  amnesty_until timestamptz,
  queue_incarnation text,
  invariant_violations integer not null default 0,
  checked_at timestamptz
);
insert into sweep default values;
