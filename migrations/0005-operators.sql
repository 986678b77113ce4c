-- What the people who run the farm see and do: counts of what ended, traces, drained workers, retention.

-- Each end of a job, whoever ended it, until the sweep has added it up. Counting happens in the same transaction as the end
-- itself, and without a row that all workers would wait for.
create table job_ends (
  id bigint generated always as identity primary key,
  recipe text not null,
  status text not null,
  reason text not null,
  waited_secs double precision,
  ran_secs double precision
);
create function note_job_end() returns trigger language plpgsql as $$
begin
  insert into job_ends (recipe, status, reason, waited_secs, ran_secs) values (new.recipe, new.status, coalesce(new.reason, ''),
    extract(epoch from new.claimed_at - new.queued_at), extract(epoch from new.finished_at - new.started_at));
  return null;
end $$;
create trigger jobs_end after update of status on jobs for each row
  when (old.status in ('queued', 'running') and new.status in ('passed', 'failed', 'cancelled'))
  execute function note_job_end();

-- What was added up. It only grows, whatever retention removes.
create table job_totals (
  recipe text not null,
  status text not null,
  reason text not null,
  -- The number of the histogram's bucket, from 0; -1 for a job that never waited or ran.
  waited_bucket smallint not null,
  ran_bucket smallint not null,
  jobs bigint not null,
  waited_secs double precision not null,
  ran_secs double precision not null,
  primary key (recipe, status, reason, waited_bucket, ran_bucket)
);

-- W3C trace context of the request that queued the job.
alter table jobs add column traceparent text;

alter table workers
  -- Set by an operator: the worker takes nothing new until it is told to go on.
  add column drain_requested_at timestamptz,
  add column rss_bytes bigint;

-- What a project keeps otherwise than the farm does.
alter table projects add column retention jsonb;
alter table attempts add column findings_removed_at timestamptz;

-- Mirrors and caches on the hosts of the workers, as they were measured last.
create table folders (
  worker_id uuid not null references workers on delete cascade,
  kind text not null check (kind in ('mirror', 'cache')),
  project_id uuid not null,
  bytes bigint not null,
  used_at timestamptz not null,
  measured_at timestamptz not null default now(),
  primary key (worker_id, kind, project_id)
);

-- Log-ins of browsers at the queue dashboard. Only hashes of what their cookies hold.
create table browser_sessions (
  hash bytea primary key,
  token_id uuid not null references tokens on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);

-- When retention last went through everything.
alter table sweep add column retained_at timestamptz not null default now();

create index tracked_findings_severity on tracked_findings (severity) where is_open;
