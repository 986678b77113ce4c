// A day of a large farm: many projects, each with jobs and findings of that day, written by SQL.
import { query } from '../stores.ts';

/** A job writes its findings together, so they lie beside each other. */
const FINDINGS_OF_A_JOB = 5;

/** Fills an empty database with projects, and with jobs, what their series remember of them, and findings, spread evenly over the projects and between the two moments. */
export async function insertEventfulDay(
  databaseUrl: string,
  day: { projects: number; jobs: number; findings: number; from: Date; to: Date },
): Promise<void> {
  const span = `('${day.from.toISOString()}'::timestamptz + random() * ('${day.to.toISOString()}'::timestamptz
    - '${day.from.toISOString()}'::timestamptz))`;
  await query(
    databaseUrl,
    'set synchronous_commit = off',
    'set session_replication_role = replica',
    `insert into projects (id, name, owner, git_url, default_branch, languages, subprojects, notify, created_at, has_schedules)
     select gen_random_uuid(), 'project-' || i, 'anna', 'https://forge.example/attic.git', 'main', '{}',
       '[{"path": ".", "language": "c", "build": "make", "test": "make test", "lint": "make lint", "audit": "make audit"}]', '{"email": ["team@attic.example"], "on": ["new_findings"], "auto_patch": false}',
       '2020-01-01', true
     from generate_series(1, ${day.projects}) i`,
    `create temporary table numbered as select id, row_number() over () - 1 as number from projects`,
    `insert into jobs (id, project_id, owner, recipe, subproject, ref, sha, recipe_snapshot, priority, turn, status, reason,
       exit_code, attempt, queued_at, finished_at, findings_count)
     select gen_random_uuid(), p.id, 'anna', (array['build', 'test', 'lint', 'audit'])[1 + i / ${day.projects} % 4], '.', 'main',
       repeat('a', 40), '{}', 50, 0, case when i % 7 = 0 then 'failed' else 'passed' end,
       case when i % 50 = 0 then 'timeout' else 'exit' end, 0, 1, at, at, 5
     from (select i, ${span} as at from generate_series(1, ${day.jobs}) i) made
     join numbered p on p.number = made.i % ${day.projects}`,
    `insert into attempts (job_id, number, status, reason, exit_code, worker_id, worker, containment, claimed_at, started_at, finished_at)
     select id, 1, status, reason, exit_code, gen_random_uuid(), 'bench', 'pid_namespace', queued_at, queued_at, finished_at from jobs`,
    `insert into series (project_id, subproject, recipe, branch)
     select id, '.', recipe, 'main' from projects, unnest(array['build', 'test', 'lint', 'audit']) as recipe`,
    `insert into series_runs (series_id, job_id, attempt, sha, at, complete_tools, inputs, summary)
     select s.id, j.id, 1, j.sha, j.finished_at, '{}', '{}', '{}' from jobs j join series s using (project_id, recipe)`,
    `create temporary table numbered_series as select id, row_number() over () - 1 as number from series where recipe = 'build'`,
    `insert into tracked_findings (series_id, fingerprint, is_open, finding_group, kind, tool, rule, path, line, template, severity,
       native, first_sha, first_job_id, first_at, since_first_run, closed_at, data)
     select s.id, md5(i::text), i % 4 <> 0, 'code', 'lint', 'gcc', '-Wunused', 'src/file' || i % 1000 || '.c', i % 2000,
       'unused variable', (array['critical', 'high', 'medium', 'low'])[1 + i % 4], '{}', repeat('a', 40),
       gen_random_uuid(), at, false, case when i % 4 = 0 then at end,
       '{"message": "unused variable", "kind": "lint", "tool": "gcc", "actionable": {"yes": true, "reasons": []}}'
     from (select i, ${span} as at from generate_series(1, ${day.findings}) i) made
     join numbered_series s on s.number = (made.i / ${FINDINGS_OF_A_JOB}) % ${day.projects}`,
    'vacuum analyze',
    'checkpoint',
  );
}
