insert into series (project_id, subproject, recipe, branch, version, head_sha, head_queued_at)
select id, '.', 'test', 'main', 1, repeat('a', 40), now() from projects limit 1;

insert into series_runs (series_id, job_id, attempt, sha, complete_tools, inputs, summary)
select id, '0197a000-0000-7000-8000-000000000024', 2, repeat('a', 40), '{cc}',
  '{"lockFiles": null, "configuration": null, "command": "c0ffee", "versions": {}}',
  '{"total": 1, "by_state": {"existing": 1}, "by_severity": {"low": 1}, "by_kind": {"lint": 1}, "actionable": 1,
    "first_run": true, "first_cause": null, "gates": []}'
from series;

insert into tracked_findings (series_id, fingerprint, is_open, finding_group, kind, tool, template, severity, native,
  first_sha, first_job_id, since_first_run, data)
select id, 'c0ffee', true, 'code', 'lint', 'cc', 'unused', 'low', '{}', repeat('a', 40),
  '0197a000-0000-7000-8000-000000000024', true, '{"kind": "lint", "message": "unused"}'
from series;

insert into finding_events (tracked_id, job_id, sha, event)
select id, '0197a000-0000-7000-8000-000000000024', repeat('a', 40), 'opened' from tracked_findings;

insert into acceptances (project_id, fingerprint, reason, author)
select project_id, 'c0ffee', 'it is meant so', 'alice' from series;
