import { sql } from 'kysely';
import type { Database } from '../connect.ts';
import { findingsOf } from '../findings.ts';
import type { StandingFact } from './facts.ts';
import { askEach, isDeclared, type FactsWanted, type OfProject } from './facts-wanted.ts';
import { failingSince, verdictsOf } from './verdicts.ts';

type StandingRow = Omit<StandingFact, 'last'> & { last: Omit<StandingFact['last'], 'at'>; at: Date };

/** Recipes that the project still has and whose newest verdict is a failure, however long ago that was. */
export async function findStandingFacts(
  db: Database,
  wanted: readonly FactsWanted[],
): Promise<OfProject<StandingFact>[]> {
  const question = sql<StandingRow>`
    select s.subproject, s.recipe, s.branch, 0 as ended, 0 as failures, v.at,
      ${failingSince(sql`s.id`, sql`v.at`)} as "failingSince",
      jsonb_build_object('jobId', v.job_id, 'attempt', v.attempt, 'status', v.status, 'reason', v.reason, 'exitCode', v.exit_code,
        'detail', v.detail, 'findings', ${findingsOf(sql`v.job_id`, sql`v.attempt`)}) as last
    from series s cross join lateral (
      ${verdictsOf(sql`s.id`)} and r.at < wanted.to_at order by r.at desc limit 1) as v
    where s.project_id = wanted.project_id and s.branch = any(wanted.branches) and ${isDeclared} and v.status = 'failed'
    order by s.subproject, s.recipe, s.branch`;
  const found = await askEach(wanted, question).execute(db);
  return found.rows.map(({ at, last, ...row }) => ({ ...row, last: { ...last, at } }));
}
