-- What fires by itself, made from projects.schedule. The rows are the truth; the queue's own schedulers are made from them.
create table schedules (
  id uuid primary key,
  project_id uuid not null references projects,
  -- What the schedule says, so that it stays the same one when others of its project are edited.
  key text not null,
  cron text not null,
  tz text not null,
  recipe text not null check (recipe in ('build', 'test', 'lint', 'audit')),
  subproject text,
  ref text,
  enabled boolean not null,
  -- The project does not say it any more: it goes as soon as the queue has let go of it.
  gone boolean not null default false,
  -- The next firing: the minute of the wall clock that names it, and when that is. Null: there is none.
  next_local text,
  next_at timestamptz,
  -- The life of the queue that has this scheduler.
  queue_incarnation text,
  unique (project_id, key)
);
create index schedules_due on schedules (next_at) where enabled and not gone;
create index schedules_to_queue on schedules (queue_incarnation);

-- One row for each firing that was made: whoever makes it first has it.
create table firings (
  project_id uuid not null references projects on delete cascade,
  schedule_key text not null,
  local_minute text not null,
  due_at timestamptz not null,
  fired_at timestamptz not null,
  late boolean not null,
  -- Firings before this one that nobody made.
  missed integer not null,
  -- Why no job came of it.
  refusal text,
  job_ids uuid[] not null,
  primary key (project_id, schedule_key, local_minute)
);
create index firings_of_project on firings (project_id, fired_at);

-- Schedules were made from the project as it is now.
alter table projects add column has_schedules boolean not null default false;
create index projects_unscheduled on projects (id) where not has_schedules and removed_at is null;

-- One row for each day on which digests were due.
create table digest_days (
  date date primary key,
  due_at timestamptz not null,
  -- Mails that did not go out by then do not go out any more.
  expires_at timestamptz not null,
  state text not null check (state in ('composing', 'done', 'missed')),
  -- Who composes renews this; after it somebody else goes on.
  composing_until timestamptz
);

-- One row for each project and day, whether or not a mail came of it.
create table digests (
  project_id uuid not null references projects on delete cascade,
  date date not null,
  -- From the end of the digest before to the end of this one.
  from_at timestamptz not null,
  to_at timestamptz not null,
  outcome text not null check (outcome in ('mail', 'no_address', 'no_event', 'mail_off')),
  events text[] not null,
  content jsonb not null,
  primary key (date, project_id)
);
create index digests_of_project on digests (project_id, date desc);

create table outbox (
  project_id uuid not null,
  date date not null,
  message_id text not null unique,
  state text not null default 'pending' check (state in ('pending', 'sending', 'sent', 'failed', 'expired')),
  -- Each with its own state: one address that is refused does not stop the others.
  recipients jsonb not null,
  tries integer not null default 0,
  next_try_at timestamptz not null,
  -- Whoever sends has until then; after it somebody else tries, with the same message id.
  sending_until timestamptz,
  expires_at timestamptz not null,
  error text,
  ended_at timestamptz,
  primary key (date, project_id),
  foreign key (date, project_id) references digests on delete cascade
);
create index outbox_open on outbox (next_try_at) where state in ('pending', 'sending');
create index outbox_of_project on outbox (project_id, date desc);

-- What a digest asks for, a project at a time.
create index jobs_ended on jobs (project_id, finished_at) where finished_at is not null;
create index tracked_findings_first on tracked_findings (series_id, first_at);
