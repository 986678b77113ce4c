import type { AuditPage, AuditQuery } from '@crafting-table/contracts/admin';
import { listAudit as listAuditRows } from '@crafting-table/database/audit';
import type { Database } from '@crafting-table/database/connect';
import { decodeCursor, encodeCursor, NUMBER_SHAPE } from '../cursor.ts';
import { refuse, type Refusal } from '../refusal.ts';

export async function listAudit(db: Database, query: AuditQuery): Promise<AuditPage | Refusal> {
  const before = query.cursor === undefined ? null : decodeCursor('audit', query.cursor, NUMBER_SHAPE);
  if (before === null && query.cursor !== undefined) return refuse('invalid_cursor');
  const rows = await listAuditRows(db, {
    limit: query.limit + 1,
    before: before === null ? null : Number(before),
  });
  const page = rows.slice(0, query.limit);
  return {
    entries: page.map((row) => ({ ...row, at: row.at.toISOString() })),
    next_cursor: rows.length > query.limit ? encodeCursor('audit', page.at(-1)!.id) : null,
  };
}
