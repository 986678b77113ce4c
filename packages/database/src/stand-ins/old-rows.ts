// What retention looks for: things as they are after days and years.
import { sql } from 'kysely';
import type { Database } from '../connect.ts';
import { finishAttempt } from '../jobs/finish-attempt.ts';
import type { ProjectRow } from '../projects.ts';
import { addRunningJob, jobFinding, passed } from './farm-rows.ts';
import { chunkOf } from './log-chunk.ts';

/** Jobs with a log of ten bytes and two findings each, oldest first, each a day apart, the newest one today. */
export async function addDailyJobs(db: Database, project: ProjectRow, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let age = count - 1; age >= 0; age--) {
    const jobId = await addRunningJob(db, project);
    const log = {
      bytes: 10,
      lines: 1,
      stored_bytes: 10,
      stored_sha256: '',
      omitted_bytes: 0,
      omitted_lines: 0,
    };
    const findings = ['first', 'second'].map((message) =>
      jobFinding({
        kind: 'lint',
        tool: 'cc',
        severity: 'low',
        level: 'warning',
        message,
        occurrences: 1,
        source: { artifact: 'log', format: 'gcc' },
      }),
    );
    const chunks = [chunkOf('123456789\n')];
    await finishAttempt(db, passed(jobId, { log, chunks, findings, findingsCount: 2 }));
    await sql`update jobs set finished_at = ${daysAgo(age)} where id = ${jobId}`.execute(db);
    await sql`update attempts set finished_at = ${daysAgo(age)} where job_id = ${jobId}`.execute(db);
    ids.push(jobId);
  }
  return ids;
}

export type AgedDigest = { ago: number; mail: 'sent' | 'pending' | null; day?: 'done' | 'missed' };

/** Digests of so many days ago, the days themselves, and the mails of those that had one. */
export async function addDigests(
  db: Database,
  projectId: string,
  digests: readonly AgedDigest[],
): Promise<void> {
  for (const { ago, mail, day = 'done' } of digests) {
    const [then, date] = [daysAgo(ago), sql`current_date - ${ago}::int`];
    await sql`
      insert into digest_days (date, due_at, expires_at, state) values (${date}, ${then}, ${then}, ${day})
      on conflict do nothing`.execute(db);
    await sql`
      insert into digests (project_id, date, from_at, to_at, outcome, events, content)
      values (${projectId}, ${date}, ${then}, ${then}, 'mail', '{}', '{}')`.execute(db);
    if (mail === null) continue;
    await sql`
      insert into outbox (project_id, date, message_id, state, recipients, next_try_at, expires_at)
      values (${projectId}, ${date}, gen_random_uuid(), ${mail}, '[]', ${then}, ${then})`.execute(db);
  }
}

/** The ages in days of what such a table has, the oldest first. */
export async function listAges(db: Database, table: 'digests' | 'outbox' | 'digest_days'): Promise<number[]> {
  const found = await sql<{ ago: number }>`
    select current_date - date as ago from ${sql.table(table)} order by date`.execute(db);
  return found.rows.map(({ ago }) => ago);
}

/** One entry of the audit log for each of so many days. */
export async function addDailyEntries(db: Database, count: number): Promise<void> {
  await sql`
    insert into audit (at, actor, action, subject)
    select now() - make_interval(days => ago), 'ann', 'token.mint', 'bob' from generate_series(1, ${count}::int) as ago`.execute(
    db,
  );
}

/** The audit log takes so many entries, and fails then. */
export async function boundAudit(db: Database, entries: number): Promise<void> {
  await sql`alter table audit add constraint audit_is_full check (id <= ${sql.lit(entries)})`.execute(db);
}

function daysAgo(days: number) {
  return sql<Date>`now() - make_interval(days => ${days})`;
}
