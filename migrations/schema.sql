-- What the migrations make, for reading. Written by `node scripts/dump-schema.ts`; a test compares it.

create table acceptances (
  id bigint generated always as identity not null,
  project_id uuid not null,
  fingerprint text not null,
  reason text not null,
  author text not null,
  created_at timestamp with time zone not null default now(),
  until timestamp with time zone,
  lifted_at timestamp with time zone,
  constraint acceptances_pkey PRIMARY KEY (id),
  constraint acceptances_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE
);
CREATE INDEX acceptances_of ON acceptances USING btree (project_id, fingerprint, id);
CREATE UNIQUE INDEX acceptances_standing ON acceptances USING btree (project_id, fingerprint) WHERE (lifted_at IS NULL);

create table attempts (
  job_id uuid not null,
  number integer not null,
  status text not null default 'running'::text,
  reason text,
  exit_code integer,
  detail text,
  worker_id uuid not null,
  worker text not null,
  containment text not null,
  claimed_at timestamp with time zone not null default now(),
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  log_bytes bigint,
  log_lines bigint,
  log_stored_bytes bigint,
  log_stored_sha256 text,
  log_omitted_bytes bigint,
  log_omitted_lines bigint,
  log_removed_at timestamp with time zone,
  superseded_reason text,
  superseded_exit_code integer,
  superseded_at timestamp with time zone,
  findings_removed_at timestamp with time zone,
  constraint attempts_pkey PRIMARY KEY (job_id, number),
  constraint attempts_status_check CHECK ((status = ANY (ARRAY['running'::text, 'passed'::text, 'failed'::text, 'cancelled'::text, 'returned'::text]))),
  constraint attempts_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id) ON DELETE CASCADE
);
CREATE INDEX attempts_running ON attempts USING btree (job_id) WHERE (status = 'running'::text);
CREATE OR REPLACE FUNCTION remove_findings_of_attempts()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from findings f using gone where f.job_id = gone.job_id and f.attempt = gone.number;
  return null;
end $function$
;
CREATE TRIGGER remove_findings AFTER DELETE ON attempts REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION remove_findings_of_attempts();

create table audit (
  id bigint generated always as identity not null,
  at timestamp with time zone not null default now(),
  actor text not null,
  action text not null,
  subject text not null,
  detail jsonb not null default '{}'::jsonb,
  constraint audit_pkey PRIMARY KEY (id)
);

create table browser_sessions (
  hash bytea not null,
  token_id uuid not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  constraint browser_sessions_pkey PRIMARY KEY (hash),
  constraint browser_sessions_token_id_fkey FOREIGN KEY (token_id) REFERENCES tokens(id) ON DELETE CASCADE
);

create table digest_days (
  date date not null,
  due_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  state text not null,
  composing_until timestamp with time zone,
  constraint digest_days_pkey PRIMARY KEY (date),
  constraint digest_days_state_check CHECK ((state = ANY (ARRAY['composing'::text, 'done'::text, 'missed'::text])))
);

create table digests (
  project_id uuid not null,
  date date not null,
  from_at timestamp with time zone not null,
  to_at timestamp with time zone not null,
  outcome text not null,
  events text[] not null,
  content jsonb not null,
  constraint digests_pkey PRIMARY KEY (date, project_id),
  constraint digests_outcome_check CHECK ((outcome = ANY (ARRAY['mail'::text, 'no_address'::text, 'no_event'::text, 'mail_off'::text]))),
  constraint digests_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE
);
CREATE INDEX digests_of_project ON digests USING btree (project_id, date DESC);

create table finding_events (
  id bigint generated always as identity not null,
  tracked_id bigint not null,
  at timestamp with time zone not null default now(),
  job_id uuid not null,
  sha text not null,
  event text not null,
  constraint finding_events_pkey PRIMARY KEY (id),
  constraint finding_events_event_check CHECK ((event = ANY (ARRAY['opened'::text, 'updated'::text, 'reopened'::text, 'fixed'::text, 'flaky'::text, 'passed'::text])))
);
CREATE INDEX finding_events_of ON finding_events USING btree (tracked_id, id);

create table findings (
  job_id uuid not null,
  attempt integer not null,
  ordinal integer not null,
  data jsonb not null,
  tracked_id bigint,
  seen boolean not null default true,
  constraint findings_pkey PRIMARY KEY (job_id, attempt, ordinal)
);

create table firings (
  project_id uuid not null,
  schedule_key text not null,
  local_minute text not null,
  due_at timestamp with time zone not null,
  fired_at timestamp with time zone not null,
  late boolean not null,
  missed integer not null,
  refusal text,
  job_ids uuid[] not null,
  recipe text,
  subproject text,
  ref text,
  tz text,
  constraint firings_pkey PRIMARY KEY (project_id, schedule_key, local_minute),
  constraint firings_recipe_check CHECK ((recipe = ANY (ARRAY['build'::text, 'test'::text, 'lint'::text, 'audit'::text]))),
  constraint firings_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE
);
CREATE INDEX firings_of_project ON firings USING btree (project_id, fired_at);

create table folders (
  worker_id uuid not null,
  kind text not null,
  project_id uuid not null,
  bytes bigint not null,
  used_at timestamp with time zone not null,
  measured_at timestamp with time zone not null default now(),
  constraint folders_pkey PRIMARY KEY (worker_id, kind, project_id),
  constraint folders_kind_check CHECK ((kind = ANY (ARRAY['mirror'::text, 'cache'::text]))),
  constraint folders_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES workers(id) ON DELETE CASCADE
);

create table idempotency_keys (
  owner text not null,
  key text not null,
  request_hash bytea not null,
  response json not null,
  created_at timestamp with time zone not null default now(),
  constraint idempotency_keys_pkey PRIMARY KEY (owner, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys USING btree (created_at);

create table job_ends (
  id bigint generated always as identity not null,
  recipe text not null,
  status text not null,
  reason text not null,
  waited_secs double precision,
  ran_secs double precision,
  constraint job_ends_pkey PRIMARY KEY (id)
);

create table job_totals (
  recipe text not null,
  status text not null,
  reason text not null,
  waited_bucket smallint not null,
  ran_bucket smallint not null,
  jobs bigint not null,
  waited_secs double precision not null,
  ran_secs double precision not null,
  constraint job_totals_pkey PRIMARY KEY (recipe, status, reason, waited_bucket, ran_bucket)
);

create table jobs (
  id uuid not null,
  project_id uuid not null,
  owner text not null,
  recipe text not null,
  subproject text not null,
  ref text,
  sha text,
  recipe_snapshot jsonb not null,
  priority smallint not null,
  turn integer not null,
  status text not null default 'queued'::text,
  reason text,
  exit_code integer,
  detail text,
  attempt integer not null default 0,
  worker_id uuid,
  findings_count integer not null default 0,
  queued_at timestamp with time zone not null default now(),
  dispatched_at timestamp with time zone,
  claimed_at timestamp with time zone,
  preparing_at timestamp with time zone,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  lease_until timestamp with time zone,
  deadline_at timestamp with time zone,
  cancel_requested_at timestamp with time zone,
  cancel_reason text,
  findings_summary jsonb,
  traceparent text,
  constraint jobs_pkey PRIMARY KEY (id),
  constraint jobs_recipe_check CHECK ((recipe = ANY (ARRAY['build'::text, 'test'::text, 'lint'::text, 'audit'::text]))),
  constraint jobs_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'passed'::text, 'failed'::text, 'cancelled'::text]))),
  constraint jobs_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id)
) with (fillfactor=80);
CREATE INDEX jobs_ended ON jobs USING btree (project_id, finished_at) WHERE (finished_at IS NOT NULL);
CREATE INDEX jobs_finished ON jobs USING btree (finished_at DESC) WHERE (status = ANY (ARRAY['passed'::text, 'failed'::text, 'cancelled'::text]));
CREATE INDEX jobs_next ON jobs USING btree (project_id, priority, turn) WHERE (status = 'queued'::text);
CREATE INDEX jobs_of_all ON jobs USING btree (recipe, status, id DESC NULLS LAST);
CREATE INDEX jobs_of_owner ON jobs USING btree (owner, recipe, status, id DESC NULLS LAST);
CREATE INDEX jobs_of_project ON jobs USING btree (project_id, recipe, status, id DESC NULLS LAST);
CREATE INDEX jobs_queued ON jobs USING btree (turn, queued_at) WHERE (status = 'queued'::text);
CREATE INDEX jobs_running ON jobs USING btree (id) WHERE (status = 'running'::text);
CREATE INDEX jobs_undispatched ON jobs USING btree (dispatched_at NULLS FIRST) WHERE (status = 'queued'::text);
CREATE INDEX jobs_unfinished ON jobs USING btree (project_id, turn) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE OR REPLACE FUNCTION note_job_end()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into job_ends (recipe, status, reason, waited_secs, ran_secs) values (new.recipe, new.status, coalesce(new.reason, ''),
    extract(epoch from new.claimed_at - new.queued_at), extract(epoch from new.finished_at - new.started_at));
  return null;
end $function$
;
CREATE TRIGGER jobs_end AFTER UPDATE OF status ON jobs FOR EACH ROW WHEN (((old.status = ANY (ARRAY['queued'::text, 'running'::text])) AND (new.status = ANY (ARRAY['passed'::text, 'failed'::text, 'cancelled'::text])))) EXECUTE FUNCTION note_job_end();

create table log_chunks (
  job_id uuid not null,
  attempt integer not null,
  seq integer not null,
  byte_offset bigint not null,
  byte_length integer not null,
  line_offset bigint not null,
  line_count integer not null,
  data bytea storage external not null,
  constraint log_chunks_pkey PRIMARY KEY (job_id, attempt, seq),
  constraint log_chunks_job_id_attempt_fkey FOREIGN KEY (job_id, attempt) REFERENCES attempts(job_id, number) ON DELETE CASCADE
);

create table outbox (
  project_id uuid not null,
  date date not null,
  message_id text not null,
  state text not null default 'pending'::text,
  recipients jsonb not null,
  tries integer not null default 0,
  next_try_at timestamp with time zone not null,
  sending_until timestamp with time zone,
  expires_at timestamp with time zone not null,
  error text,
  ended_at timestamp with time zone,
  constraint outbox_pkey PRIMARY KEY (date, project_id),
  constraint outbox_message_id_key UNIQUE (message_id),
  constraint outbox_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'sending'::text, 'sent'::text, 'failed'::text, 'expired'::text]))),
  constraint outbox_date_project_id_fkey FOREIGN KEY (date, project_id) REFERENCES digests(date, project_id) ON DELETE CASCADE
);
CREATE INDEX outbox_of_project ON outbox USING btree (project_id, date DESC);
CREATE INDEX outbox_open ON outbox USING btree (next_try_at) WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text]));

create table projects (
  id uuid not null,
  name text not null,
  owner text not null,
  git_url text not null,
  git_credentials jsonb,
  default_branch text not null,
  languages text[] not null,
  subprojects jsonb not null,
  schedule jsonb,
  notify jsonb,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  removed_at timestamp with time zone,
  has_schedules boolean not null default false,
  retention jsonb,
  constraint projects_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX projects_name ON projects USING btree (name) WHERE (removed_at IS NULL);
CREATE INDEX projects_owner ON projects USING btree (owner, name) WHERE (removed_at IS NULL);
CREATE INDEX projects_removed ON projects USING btree (removed_at) WHERE (removed_at IS NOT NULL);
CREATE INDEX projects_unscheduled ON projects USING btree (id) WHERE ((NOT has_schedules) AND (removed_at IS NULL));

create table schedules (
  id uuid not null,
  project_id uuid not null,
  key text not null,
  cron text not null,
  tz text not null,
  recipe text not null,
  subproject text,
  ref text,
  enabled boolean not null,
  gone boolean not null default false,
  next_local text,
  next_at timestamp with time zone,
  queue_incarnation text,
  constraint schedules_pkey PRIMARY KEY (id),
  constraint schedules_project_id_key_key UNIQUE (project_id, key),
  constraint schedules_recipe_check CHECK ((recipe = ANY (ARRAY['build'::text, 'test'::text, 'lint'::text, 'audit'::text]))),
  constraint schedules_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id)
);
CREATE INDEX schedules_due ON schedules USING btree (next_at) WHERE (enabled AND (NOT gone));
CREATE INDEX schedules_to_queue ON schedules USING btree (queue_incarnation);

create table schema_migrations (
  version integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone not null default now(),
  constraint schema_migrations_pkey PRIMARY KEY (version)
);

create table series (
  id bigint generated always as identity not null,
  project_id uuid not null,
  subproject text not null,
  recipe text not null,
  branch text not null,
  version integer not null default 0,
  head_sha text,
  head_queued_at timestamp with time zone,
  constraint series_pkey PRIMARY KEY (id),
  constraint series_project_id_subproject_recipe_branch_key UNIQUE (project_id, subproject, recipe, branch),
  constraint series_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE
);
CREATE OR REPLACE FUNCTION remove_tracked_of_series()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from tracked_findings t using gone where t.series_id = gone.id;
  return null;
end $function$
;
CREATE TRIGGER remove_tracked AFTER DELETE ON series REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION remove_tracked_of_series();

create table series_runs (
  series_id bigint not null,
  job_id uuid not null,
  attempt integer not null,
  sha text not null,
  at timestamp with time zone not null default now(),
  complete_tools text[] not null,
  inputs jsonb not null,
  summary jsonb not null,
  constraint series_runs_pkey PRIMARY KEY (job_id, attempt),
  constraint series_runs_series_id_fkey FOREIGN KEY (series_id) REFERENCES series(id) ON DELETE CASCADE
);
CREATE INDEX series_runs_commit ON series_runs USING btree (series_id, sha);
CREATE INDEX series_runs_newest ON series_runs USING btree (series_id, at DESC);

create table sweep (
  single boolean not null default true,
  swept_at timestamp with time zone,
  amnesty_until timestamp with time zone,
  queue_incarnation text,
  invariant_violations integer not null default 0,
  checked_at timestamp with time zone,
  broken_rules jsonb not null default '[]'::jsonb,
  retained_at timestamp with time zone not null default now(),
  constraint sweep_pkey PRIMARY KEY (single),
  constraint sweep_single_check CHECK (single)
);

create table tokens (
  id uuid not null,
  name text not null,
  hash bytea not null,
  is_admin boolean not null,
  ip_cidrs text[] not null default '{}'::text[],
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint tokens_pkey PRIMARY KEY (id),
  constraint tokens_hash_key UNIQUE (hash)
);
CREATE UNIQUE INDEX tokens_name ON tokens USING btree (name) WHERE (revoked_at IS NULL);

create table tool_runs (
  job_id uuid not null,
  attempt integer not null,
  ordinal integer not null,
  data jsonb not null,
  constraint tool_runs_pkey PRIMARY KEY (job_id, attempt, ordinal),
  constraint tool_runs_job_id_attempt_fkey FOREIGN KEY (job_id, attempt) REFERENCES attempts(job_id, number) ON DELETE CASCADE
);

create table tracked_findings (
  id bigint generated always as identity not null,
  series_id bigint not null,
  fingerprint text not null,
  is_open boolean not null,
  finding_group text not null,
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
  first_at timestamp with time zone not null default now(),
  since_first_run boolean not null,
  closed_sha text,
  closed_job_id uuid,
  closed_at timestamp with time zone,
  reopened_sha text,
  reopen_count integer not null default 0,
  flaky_since timestamp with time zone,
  flaky_passes integer not null default 0,
  data jsonb not null,
  path_start text generated always as ("left"(path, 150)) stored,
  could_act boolean not null generated always as (COALESCE((((((data -> 'actionable'::text) -> 'reasons'::text) - 'suppressed'::text) = '[]'::jsonb) AND ((data -> 'suppressed'::text) IS NULL)), false)) stored,
  constraint tracked_findings_pkey PRIMARY KEY (id),
  constraint tracked_findings_series_id_fingerprint_key UNIQUE (series_id, fingerprint),
  constraint tracked_findings_finding_group_check CHECK ((finding_group = ANY (ARRAY['code'::text, 'package'::text, 'test'::text, 'event'::text])))
);
CREATE INDEX tracked_findings_closed ON tracked_findings USING btree (series_id, closed_at DESC) WHERE (NOT is_open);
CREATE INDEX tracked_findings_open ON tracked_findings USING btree (series_id, severity, id) INCLUDE (kind, tool, path_start, could_act, fingerprint, first_at, since_first_run, flaky_since, reopen_count) WHERE is_open;
CREATE INDEX tracked_findings_severity ON tracked_findings USING btree (severity) WHERE is_open;
CREATE OR REPLACE FUNCTION remove_events_of_tracked()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from finding_events e using gone where e.tracked_id = gone.id;
  return null;
end $function$
;
CREATE TRIGGER remove_events AFTER DELETE ON tracked_findings REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION remove_events_of_tracked();

create table workers (
  id uuid not null,
  name text not null,
  version text not null,
  slots integer not null,
  busy integer not null default 0,
  containment text not null,
  draining boolean not null default false,
  blocked text,
  started_at timestamp with time zone not null default now(),
  seen_at timestamp with time zone not null default now(),
  drain_requested_at timestamp with time zone,
  rss_bytes bigint,
  constraint workers_pkey PRIMARY KEY (id)
);
