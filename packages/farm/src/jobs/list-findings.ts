import type { FindingsPage, FindingsQuery } from '@crafting-table/contracts/job';
import type { Database } from '@crafting-table/database/connect';
import { listFindings as listFindingRows, listToolRuns } from '@crafting-table/database/findings';
import { findJob } from '@crafting-table/database/jobs/find-job';
import { visibleTo, type Caller } from '../caller.ts';
import { decodeCursor, encodeCursor, NUMBER_SHAPE } from '../cursor.ts';
import { refuse, type Refusal } from '../refusal.ts';

export async function listFindings(
  db: Database,
  caller: Caller,
  id: string,
  query: FindingsQuery,
): Promise<FindingsPage | Refusal> {
  const after = query.cursor === undefined ? '0' : decodeCursor('findings', query.cursor, NUMBER_SHAPE);
  if (after === null) return refuse('invalid_cursor');
  const job = await findJob(db, id, visibleTo(caller));
  if (!job) return refuse('not_found');
  const of = { jobId: id, attempt: query.attempt ?? job.attempt };
  const [rows, tool_runs] = await Promise.all([
    listFindingRows(db, { ...of, after: Number(after), limit: query.limit + 1 }),
    listToolRuns(db, of),
  ]);
  const page = rows.slice(0, query.limit);
  return {
    findings: page.map((row) => row.data),
    tool_runs,
    next_cursor: rows.length > query.limit ? encodeCursor('findings', page.at(-1)!.ordinal) : null,
  };
}
