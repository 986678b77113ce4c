-- Rows as a farm has them at schema 0001, in every table; a test carries them through all later migrations.

insert into tokens (id, name, hash, is_admin, ip_cidrs, last_used_at, revoked_at) values
  ('0197a000-0000-7000-8000-000000000001', 'admin', '\x01', true, '{}', now(), null),
  ('0197a000-0000-7000-8000-000000000002', 'alice', '\x02', false, '{10.0.0.0/8}', null, null),
  ('0197a000-0000-7000-8000-000000000003', 'alice', '\x03', false, '{}', null, now());

insert into audit (actor, action, subject, detail) values
  ('admin', 'token.mint', 'alice', '{"is_admin": false}'),
  ('alice', 'project.register', 'attic', '{}');

insert into projects (id, name, owner, git_url, git_credentials, default_branch, languages, subprojects, schedule, notify, removed_at)
values
  ('0197a000-0000-7000-8000-000000000011', 'attic', 'alice', 'https://forge.example/attic.git',
    '{"username": "alice", "password": "secret"}', 'main', '{c,shell}',
    '[{"path": ".", "language": "c", "test": "make test", "retry_on": ["worker_lost"], "env": {"A": "1"}}]',
    null, '{"digest": true}', null),
  ('0197a000-0000-7000-8000-000000000012', 'attic', 'bob', 'file:///srv/attic', null, 'trunk', '{}', '[]', null, null, now());

insert into jobs (id, project_id, owner, recipe, subproject, ref, sha, recipe_snapshot, priority, turn, status, reason,
  exit_code, detail, attempt, worker_id, findings_count, dispatched_at, claimed_at, started_at, finished_at, lease_until,
  deadline_at, cancel_requested_at, cancel_reason)
select ('0197a000-0000-7000-8000-00000000002' || n)::uuid, '0197a000-0000-7000-8000-000000000011', 'alice', 'test', '.', 'main',
  repeat('a', 40), '{"command": "make test", "language": "c", "timeout_secs": 60, "retry_on": ["worker_lost"], "env": {}}',
  50, n, status, reason, exit_code, detail, attempt, '0197a000-0000-7000-8000-000000000031', findings_count, now(),
  case when attempt > 0 then now() end, case when attempt > 0 then now() end, case when reason is not null then now() end,
  case when status = 'running' then now() + interval '30 s' end,
  case when status = 'running' then now() + interval '60 s' end,
  case when status = 'cancelled' then now() end, case when status = 'cancelled' then 'not needed' end
from (values
  (1, 'queued', null, null, null, 0, 0),
  (2, 'running', null, null, null, 1, 0),
  (3, 'passed', 'exit', 0, null, 1, 0),
  (4, 'failed', 'worker_lost', -1, 'the worker stopped giving signs of life', 2, 1),
  (5, 'cancelled', 'cancelled', null, 'not needed', 0, 0))
  as sample (n, status, reason, exit_code, detail, attempt, findings_count);

insert into attempts (job_id, number, status, reason, exit_code, worker_id, worker, containment, started_at, finished_at,
  log_bytes, log_lines, log_stored_bytes, log_stored_sha256, log_omitted_bytes, log_omitted_lines, log_removed_at,
  superseded_reason, superseded_exit_code, superseded_at)
values
  ('0197a000-0000-7000-8000-000000000022', 1, 'running', null, null, '0197a000-0000-7000-8000-000000000031', 'attic-1',
    'pid_namespace', now(), null, null, null, null, null, null, null, null, null, null, null),
  ('0197a000-0000-7000-8000-000000000023', 1, 'passed', 'exit', 0, '0197a000-0000-7000-8000-000000000031', 'attic-1',
    'subreaper', now(), now(), 9, 1, 9, 'c0ffee', 0, 0, now(), null, null, null),
  ('0197a000-0000-7000-8000-000000000024', 1, 'returned', null, null, '0197a000-0000-7000-8000-000000000031', 'attic-1',
    'marker', null, now(), null, null, null, null, null, null, null, null, null, null),
  ('0197a000-0000-7000-8000-000000000024', 2, 'failed', 'worker_lost', -1, '0197a000-0000-7000-8000-000000000031', 'attic-1',
    'marker', now(), now(), null, null, null, null, null, null, null, 'exit', 0, now());

insert into log_chunks (job_id, attempt, seq, byte_offset, byte_length, line_offset, line_count, data) values
  ('0197a000-0000-7000-8000-000000000022', 1, 0, 0, 4, 0, 1, '\x28b52ffd'),
  ('0197a000-0000-7000-8000-000000000022', 1, 1, 4, 4, 1, 1, '\x28b52ffd'),
  ('0197a000-0000-7000-8000-000000000024', 2, 0, 0, 46, 0, 1, '\x28b52ffd');

insert into findings (job_id, attempt, ordinal, data) values
  ('0197a000-0000-7000-8000-000000000024', 2, 1,
    '{"kind": "lint", "tool": "cc", "severity": "low", "level": "warning", "message": "unused", "occurrences": 1,
      "source": {"artifact": "log", "format": "gcc"}}');

insert into tool_runs (job_id, attempt, ordinal, data) values
  ('0197a000-0000-7000-8000-000000000024', 2, 1,
    '{"tool": "cc", "source": {"artifact": "log", "format": "gcc"}, "completeness": "complete"}');

insert into idempotency_keys (owner, key, request_hash, response) values
  ('alice', 'key-1', '\x04', '{"job_id": "0197a000-0000-7000-8000-000000000021"}');

insert into workers (id, name, version, slots, busy, containment) values
  ('0197a000-0000-7000-8000-000000000031', 'attic-1', '0.1.0', 4, 1, 'pid_namespace');

update sweep set swept_at = now(), queue_incarnation = 'first/life', checked_at = now();
