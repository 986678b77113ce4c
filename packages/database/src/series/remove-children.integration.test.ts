import { expect, test } from 'vitest';
import { sql } from 'kysely';
import { finishAttempt } from '../jobs/finish-attempt.ts';
import {
  addProject,
  addRunningJob,
  jobFinding,
  openFarmDatabase,
  passed,
  type FarmDatabase,
} from '../stand-ins/farm-rows.ts';

const FINDING = jobFinding({
  kind: 'lint',
  tool: 'cc',
  severity: 'low',
  level: 'warning',
  message: 'unused',
  occurrences: 1,
  source: { artifact: 'log', format: 'gcc' },
});

test('findings go with their attempts, and what a series knows goes with it, though no foreign key says so', async () => {
  await using farm = await openFarmDatabase();
  const { db } = farm;
  for (const name of ['going', 'staying']) {
    const project = await addProject(db, { name });
    const jobId = await addRunningJob(db, project);
    await finishAttempt(db, passed(jobId, { findings: [FINDING], findingsCount: 1 }));
    await sql`
      with made as (
        insert into series (project_id, subproject, recipe, branch, version)
        values (${project.id}, '.', 'test', 'main', 1) returning id),
      known as (
        insert into tracked_findings (series_id, fingerprint, is_open, finding_group, kind, tool, template, severity, native,
          first_sha, first_job_id, since_first_run, data)
        select id, 'f', true, 'code', 'lint', 'cc', 'unused', 'low', '{}', 'a', ${jobId}, true, '{}' from made returning id)
      insert into finding_events (tracked_id, job_id, sha, event) select id, ${jobId}, 'a', 'opened' from known`.execute(
      db,
    );
  }
  expect(await countRows(db)).toEqual({ findings: 2, tracked: 2, events: 2 });
  await sql`delete from attempts using jobs, projects
    where attempts.job_id = jobs.id and jobs.project_id = projects.id and projects.name = 'going'`.execute(
    db,
  );
  expect(await countRows(db)).toEqual({ findings: 1, tracked: 2, events: 2 });
  await sql`delete from series using projects where project_id = projects.id and name = 'going'`.execute(db);
  expect(await countRows(db)).toEqual({ findings: 1, tracked: 1, events: 1 });
});

async function countRows(db: FarmDatabase['db']) {
  const counted = await sql<{ findings: number; tracked: number; events: number }>`
    select (select count(*)::int from findings) as findings, (select count(*)::int from tracked_findings) as tracked,
      (select count(*)::int from finding_events) as events`.execute(db);
  return counted.rows[0];
}
