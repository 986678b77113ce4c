import type { FindingsPage, FindingsQuery, ListedFinding } from '@crafting-table/contracts/finding-lists';
import type { Database } from '@crafting-table/database/connect';
import {
  findSummary,
  listFindings as listFindingRows,
  listToolRuns,
  type FindingRow,
} from '@crafting-table/database/findings';
import { findJob } from '@crafting-table/database/jobs/find-job';
import { visibleTo, type Caller } from '../caller.ts';
import { decodeCursor, encodeCursor, NUMBER_SHAPE } from '../cursor.ts';
import { refuse, type Refusal } from '../refusal.ts';
import { readFilter } from './read-filter.ts';
import { showSighting } from './show-finding.ts';

/** Findings of a job as they were judged when it ended. */
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
  const [rows, tool_runs, counts] = await Promise.all([
    listFindingRows(db, { ...of, after: Number(after), limit: query.limit + 1 }, readFilter(query)),
    listToolRuns(db, of),
    findSummary(db, of),
  ]);
  const page = rows.slice(0, query.limit);
  return {
    findings: page.map(showListed),
    tool_runs,
    counts,
    next_cursor: rows.length > query.limit ? encodeCursor('findings', page.at(-1)!.ordinal) : null,
  };
}

function showListed({ data, first_job_id, first_sha, first_at }: FindingRow): ListedFinding {
  return { ...data, first_seen: showSighting(first_job_id, first_sha, first_at) };
}
