import { sql, type RawBuilder } from 'kysely';
import type { ToolRun } from '@crafting-table/contracts/finding';
import type { JobFinding } from '@crafting-table/contracts/finding-life';
import type { Database } from './connect.ts';

export type FindingRow = { ordinal: number; data: JobFinding };

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

/**
 * How many findings an attempt has: those that are stored, numbered from 1 without a gap, and those that its tools reported
 * beyond what is kept.
 */
export function findingsOf(jobId: RawBuilder<unknown>, attempt: RawBuilder<unknown>): RawBuilder<number> {
  return sql<number>`(
    select coalesce((select max(ordinal) from findings where job_id = ${jobId} and attempt = ${attempt} and seen), 0)
      + coalesce((select sum((data->>'omitted_findings')::int) from tool_runs
        where job_id = ${jobId} and attempt = ${attempt}), 0))`;
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
