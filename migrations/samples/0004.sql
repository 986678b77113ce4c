insert into schedules (id, project_id, key, cron, tz, recipe, enabled, next_local, next_at, queue_incarnation)
select '0197a000-0000-7000-8000-000000000041', id, 'c0ffee', '0 2 * * *', 'Europe/Berlin', 'audit', true,
  '2026-05-02T02:00', '2026-05-02 00:00+00', 'first/life'
from projects where removed_at is null;

insert into firings (project_id, schedule_key, local_minute, due_at, fired_at, late, missed, job_ids)
select project_id, key, '2026-05-01T02:00', '2026-05-01 00:00+00', now(), false, 0,
  '{0197a000-0000-7000-8000-000000000023}' from schedules;

insert into digest_days (date, due_at, expires_at, state) values
  ('2026-05-01', '2026-05-01 13:00+00', '2026-05-01 19:00+00', 'done'),
  ('2026-05-02', '2026-05-02 13:00+00', '2026-05-02 19:00+00', 'missed');

insert into digests (project_id, date, from_at, to_at, outcome, events, content)
select project_id, '2026-05-01', '2026-04-30 13:00+00', '2026-05-01 13:00+00', 'mail', '{audit_fail}', '{}' from schedules;

insert into outbox (project_id, date, message_id, state, recipients, tries, next_try_at, expires_at)
select project_id, date, '<2026-05-01.c0ffee@crafting-table>', 'pending', '[{"address": "a@b.example", "state": "pending", "error": null}]',
  1, now(), '2026-05-01 19:00+00' from digests;
