import { EXPORT_MEDIA, type ExportFormat, type FindingsQuery } from '@crafting-table/contracts/finding-lists';
import type { Database } from '@crafting-table/database/connect';
import { listToolRuns, orderByTool, readFindings, type AttemptId } from '@crafting-table/database/findings';
import { findJob } from '@crafting-table/database/jobs/find-job';
import type { FindingWriter } from '@crafting-table/findings/export/finding-writer';
import { openWriter } from '@crafting-table/findings/export/open-writer';
import { visibleTo, type Caller } from '../caller.ts';
import { refuse, type Refusal } from '../refusal.ts';
import { readFilter } from './read-filter.ts';

export type ExportedFindings = { media: string; pieces: AsyncGenerator<string> };

/** Findings that are in memory at once. */
const PAGE = 500;

/** The findings of a job that were asked for as a file of another format, in pieces. */
export async function exportFindings(
  db: Database,
  caller: Caller,
  id: string,
  format: ExportFormat,
  query: FindingsQuery,
): Promise<ExportedFindings | Refusal> {
  const job = await findJob(db, id, visibleTo(caller));
  if (!job) return refuse('not_found');
  const of = { jobId: id, attempt: query.attempt ?? job.attempt };
  const [places, toolRuns] = await Promise.all([
    orderByTool(db, of, readFilter(query)),
    listToolRuns(db, of),
  ]);
  const counts = new Map<string, number>();
  for (const { tool } of places) counts.set(tool, (counts.get(tool) ?? 0) + 1);
  const { project, subproject, recipe, sha } = job;
  const writer = openWriter(format, {
    name: `${project} ${subproject} ${recipe}`,
    id: `${id}/${of.attempt}`,
    sha,
    toolRuns,
    counts,
  });
  const ordinals = places.map(({ ordinal }) => ordinal);
  return { media: EXPORT_MEDIA[format], pieces: writeAll(db, of, ordinals, writer) };
}

async function* writeAll(
  db: Database,
  of: AttemptId,
  ordinals: readonly number[],
  writer: FindingWriter,
): AsyncGenerator<string> {
  yield writer.begin();
  for (let start = 0; start < ordinals.length; start += PAGE) {
    const findings = await readFindings(db, of, ordinals.slice(start, start + PAGE));
    yield findings.map(writer.add).join('');
  }
  yield writer.end();
}
