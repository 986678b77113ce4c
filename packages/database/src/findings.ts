import { sql } from 'kysely';
import type { Finding, ToolRun } from '@crafting-table/contracts/finding';
import type { Database } from './connect.ts';

export type FindingRow = { ordinal: number; data: Finding };

/** Findings of one attempt in the order they were stored, after the given ordinal. */
export async function listFindings(
  db: Database,
  of: { jobId: string; attempt: number; after: number; limit: number },
): Promise<FindingRow[]> {
  const found = await sql<FindingRow>`
    select ordinal, data from findings
    where job_id = ${of.jobId} and attempt = ${of.attempt} and ordinal > ${of.after}
    order by ordinal limit ${of.limit}`.execute(db);
  return found.rows;
}

export async function listToolRuns(db: Database, of: { jobId: string; attempt: number }): Promise<ToolRun[]> {
  const rows = await db
    .selectFrom('tool_runs')
    .select('data')
    .where('job_id', '=', of.jobId)
    .where('attempt', '=', of.attempt)
    .orderBy('ordinal')
    .execute();
  return rows.map((row) => row.data);
}
