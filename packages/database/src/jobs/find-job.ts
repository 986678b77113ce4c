import { sql } from 'kysely';
import type { Reason } from '@crafting-table/contracts/words';
import type { AttemptStatus } from '@crafting-table/contracts/job';
import type { Containment } from '@crafting-table/contracts/words';
import type { Database } from '../connect.ts';
import type { Owner } from '../projects.ts';
import { JOB_COLUMNS, JOB_JOINS, type JobRow } from './job-row.ts';

export async function findJob(db: Database, id: string, owner: Owner): Promise<JobRow | null> {
  const found = await sql<JobRow>`
    select ${JOB_COLUMNS} from jobs j ${JOB_JOINS}
    where j.id = ${id} and (${owner}::text is null or j.owner = ${owner})`.execute(db);
  return found.rows[0] ?? null;
}

export type AttemptRow = {
  number: number;
  status: AttemptStatus;
  reason: Reason | null;
  exit_code: number | null;
  detail: string | null;
  worker: string;
  containment: Containment;
  claimed_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  log_bytes: number | null;
  log_lines: number | null;
  log_stored_bytes: number | null;
  log_stored_sha256: string | null;
  log_omitted_bytes: number | null;
  log_omitted_lines: number | null;
  log_removed_at: Date | null;
  superseded_reason: Reason | null;
  superseded_exit_code: number | null;
  superseded_at: Date | null;
};

export async function listAttempts(db: Database, jobId: string): Promise<AttemptRow[]> {
  return db.selectFrom('attempts').selectAll().where('job_id', '=', jobId).orderBy('number').execute();
}
