import { sql } from 'kysely';
import type { BrokenRule } from '@crafting-table/contracts/health';
import type { Database } from '../connect.ts';
import { brokenIn, SCOPE_NAMES } from './rules.ts';

/** Where everything is broken, so many rows say it as well as all of them. */
const VIOLATIONS_MAX = 1000;
const IDS_MAX = 5;

/** Looks for rows that break a rule of the life of a job, all in one snapshot, and notes what it found for GET /healthz. */
export async function checkInvariants(db: Database): Promise<BrokenRule[]> {
  const { rows } = await sql<BrokenRule>`
    select rule, count(*)::int as violations,
      (array_agg(job_id::text order by job_id desc))[1:${sql.lit(IDS_MAX)}] as job_ids
    from (${sql.join(
      SCOPE_NAMES.map((scope) => brokenIn(scope, VIOLATIONS_MAX)),
      sql` union all `,
    )}) broken
    group by rule order by rule`.execute(db);
  const violations = rows.reduce((sum, row) => sum + row.violations, 0);
  await sql`
    update sweep set invariant_violations = ${violations}, broken_rules = ${JSON.stringify(rows)}, checked_at = now()`.execute(
    db,
  );
  return rows;
}

/** Whether the last check, by any process, is so long ago. */
export async function isCheckDue(db: Database, secs: number): Promise<boolean> {
  const found = await sql`
    select from sweep where checked_at is null or checked_at <= now() - make_interval(secs => ${secs})`.execute(
    db,
  );
  return found.rows.length > 0;
}
