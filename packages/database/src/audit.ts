import type { Connection, Database } from './connect.ts';

export type AuditRow = {
  id: number;
  at: Date;
  actor: string;
  action: string;
  subject: string;
  detail: Record<string, unknown>;
};

/** Returns the id of the entry. */
export async function insertAudit(
  db: Connection,
  entry: { actor: string; action: string; subject: string; detail?: Record<string, unknown> },
): Promise<number> {
  const { id } = await db
    .insertInto('audit')
    .values({ ...entry, detail: JSON.stringify(entry.detail ?? {}) })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** For an entry that grows while what it tells of goes on. */
export async function replaceAuditDetail(
  db: Connection,
  id: number,
  detail: Record<string, unknown>,
): Promise<void> {
  await db
    .updateTable('audit')
    .set({ detail: JSON.stringify(detail) })
    .where('id', '=', id)
    .execute();
}

/** Newest first; `before` is the id the page before ended with. */
export async function listAudit(
  db: Database,
  page: { limit: number; before: number | null },
): Promise<AuditRow[]> {
  let query = db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(page.limit);
  if (page.before !== null) query = query.where('id', '<', page.before);
  return query.execute();
}
