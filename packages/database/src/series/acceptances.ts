// What people have said about findings.
import { sql } from 'kysely';
import type { Database } from '../connect.ts';

export type AcceptanceRow = {
  fingerprint: string;
  reason: string;
  author: string;
  created_at: Date;
  until: Date | null;
  lifted_at: Date | null;
};

/** Of one finding; there are more only when somebody changes their mind every day. */
const ACCEPTANCES_MAX = 100;

/** Takes the place of one that stands, or was over. Null: the project has never had such a finding. */
export async function acceptFinding(
  db: Database,
  given: { projectId: string; fingerprint: string; reason: string; author: string; until: Date | null },
): Promise<AcceptanceRow | null> {
  const { projectId, fingerprint, reason, author, until } = given;
  return db.transaction().execute(async (transaction) => {
    // Whoever accepts the same finding at this moment waits here: only one acceptance can stand.
    const known = await sql`
      select t.id from series s join tracked_findings t on t.series_id = s.id
      where s.project_id = ${projectId} and t.fingerprint = ${fingerprint}
      order by t.id limit 1 for no key update of t`.execute(transaction);
    if (known.rows.length === 0) return null;
    await sql`update acceptances set lifted_at = now()
      where project_id = ${projectId} and fingerprint = ${fingerprint} and lifted_at is null`.execute(
      transaction,
    );
    return transaction
      .insertInto('acceptances')
      .values({ project_id: projectId, fingerprint, reason, author, until })
      .returning(['fingerprint', 'reason', 'author', 'created_at', 'until', 'lifted_at'])
      .executeTakeFirstOrThrow();
  });
}

/** False: there is none, or it is over; one that is over stays, so that the next job knows of it. */
export async function liftAcceptance(
  db: Database,
  { projectId, fingerprint }: { projectId: string; fingerprint: string },
): Promise<boolean> {
  const lifted = await sql`
    update acceptances set lifted_at = now() where project_id = ${projectId} and fingerprint = ${fingerprint}
      and lifted_at is null and (until is null or until > now())`.execute(db);
  return Number(lifted.numAffectedRows ?? 0) > 0;
}

/** Every one there was, the newest last. */
export async function listAcceptances(
  db: Database,
  { projectId, fingerprint }: { projectId: string; fingerprint: string },
): Promise<AcceptanceRow[]> {
  const found = await sql<AcceptanceRow>`
    select fingerprint, reason, author, created_at, until, lifted_at from acceptances
    where project_id = ${projectId} and fingerprint = ${fingerprint}
    order by id desc limit ${ACCEPTANCES_MAX}`.execute(db);
  return found.rows.toReversed();
}

/** Those that hold now, of the findings that are asked about. */
export async function findStanding(
  db: Database,
  projectId: string,
  fingerprints: readonly string[],
): Promise<Map<string, AcceptanceRow>> {
  const found = await sql<AcceptanceRow>`
    select fingerprint, reason, author, created_at, until, lifted_at from acceptances
    where project_id = ${projectId} and fingerprint = any(${[...fingerprints]}::text[])
      and lifted_at is null and (until is null or until > now())`.execute(db);
  return new Map(found.rows.map((row) => [row.fingerprint, row]));
}
