import type {
  OpenFinding,
  OpenFindingsPage,
  OpenFindingsQuery,
} from '@crafting-table/contracts/finding-lists';
import { Severity } from '@crafting-table/contracts/words';
import type { Database } from '@crafting-table/database/connect';
import { findProject } from '@crafting-table/database/projects';
import { findStanding, type AcceptanceRow } from '@crafting-table/database/series/acceptances';
import {
  listOpenFindings as listOpenRows,
  type OpenPlace,
} from '@crafting-table/database/series/list-open-findings';
import type { TrackedRow } from '@crafting-table/database/series/tracked-columns';
import { visibleTo, type Caller } from '../caller.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { refuse, type Refusal } from '../refusal.ts';
import { readFilter } from './read-filter.ts';
import { showFirstSeen, showFlaky, showLastSeen } from './show-finding.ts';

/** What is open in a project, over all its series. */
export async function listOpenFindings(
  db: Database,
  caller: Caller,
  name: string,
  query: OpenFindingsQuery,
): Promise<OpenFindingsPage | Refusal> {
  const after = query.cursor === undefined ? null : readPlace(query.cursor);
  if (after === null && query.cursor !== undefined) return refuse('invalid_cursor');
  const project = await findProject(db, name, visibleTo(caller));
  if (!project) return refuse('not_found');
  const { subproject, recipe, branch } = query;
  const rows = await listOpenRows(db, {
    series: { projectId: project.id, subproject, recipe, branch },
    filter: readFilter(query),
    after,
    limit: query.limit + 1,
  });
  const page = rows.slice(0, query.limit);
  const standing = await findStanding(
    db,
    project.id,
    page.map(({ fingerprint }) => fingerprint),
  );
  const now = Date.now();
  return {
    findings: page.map((row) => showOpen(row, standing.get(row.fingerprint), now)),
    next_cursor: rows.length > query.limit ? writePlace(page.at(-1)!) : null,
  };
}

function showOpen(row: TrackedRow, standing: AcceptanceRow | undefined, now: number): OpenFinding {
  const { subproject, recipe, branch } = row;
  return {
    ...showLastSeen(row.data, standing),
    series: { subproject, recipe, branch },
    first_seen: showFirstSeen(row),
    age_secs: Math.max(0, Math.floor((now - row.first_at.getTime()) / 1000)),
    reopen_count: row.reopen_count,
    flaky: showFlaky(row),
  };
}

const PLACE_SHAPE = /^[a-z]{1,10}\.\d{1,15}$/;

function readPlace(cursor: string): OpenPlace | null {
  const [word, id] = decodeCursor('open', cursor, PLACE_SHAPE)?.split('.') ?? [];
  const severity = Severity.safeParse(word);
  return severity.success ? { severity: severity.data, id: Number(id) } : null;
}

function writePlace({ severity, id }: OpenPlace): string {
  return encodeCursor('open', `${severity}.${id}`);
}
