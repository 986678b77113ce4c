import type { Database } from './connect.ts';

export type AuditRow = {
  id: number;
  at: Date;
  actor: string;
  action: string;
  subject: string;
  detail: Record<string, unknown>;
};

export async function insertAudit(
  db: Database,
  entry: { actor: string; action: string; subject: string; detail?: Record<string, unknown> },
): Promise<void> {
  await db
    .insertInto('audit')
    .values({ ...entry, detail: JSON.stringify(entry.detail ?? {}) })
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
