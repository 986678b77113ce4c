// What happened between two digests. Findings, broken jobs and firings are bounded: at most LINES_MAX of a kind and project, and the
// number of all. Recipes are as many as the project has.
import type { Database } from '../connect.ts';
import type { DigestFacts, RecipeFact, StandingFact } from './facts.ts';
import type { FactsWanted, OfProject } from './facts-wanted.ts';
import { findEarlierMails, findTrend } from './find-earlier-days.ts';
import { findFindingFacts } from './find-finding-facts.ts';
import { countFirings, findFiringFacts } from './find-firing-facts.ts';
import { findBrokenJobs, findRecipeFacts } from './find-job-facts.ts';
import { findStandingFacts } from './find-standing-facts.ts';

/** For each of these projects, in their order. One question after the other: attempts need the other connections more. */
export async function loadFacts(db: Database, wanted: readonly FactsWanted[]): Promise<DigestFacts[]> {
  const findings = byProject(await findFindingFacts(db, wanted));
  const recipes = byProject(await findRecipeFacts(db, wanted));
  const standing = byProject(await findStandingFacts(db, wanted));
  const broken = byProject(await findBrokenJobs(db, wanted));
  const firings = byProject(await findFiringFacts(db, wanted));
  const fired = byProject(await countFirings(db, wanted));
  const mails = byProject(await findEarlierMails(db, wanted));
  const trend = byProject(await findTrend(db, wanted));
  return wanted.map(({ projectId }) => ({
    findings: findings(projectId),
    recipes: recipes(projectId),
    standing: standing(projectId).filter(
      (one) => !recipes(projectId).some((other) => saysItself(other, one)),
    ),
    broken: broken(projectId),
    firings: firings(projectId),
    fired: fired(projectId)[0]?.fired ?? 0,
    mails: mails(projectId).toReversed(),
    trend: trend(projectId),
  }));
}

/** What the newest job of a recipe said is told with that job. */
function saysItself({ last, ...ran }: RecipeFact, { subproject, recipe, branch }: StandingFact): boolean {
  const isSame = ran.subproject === subproject && ran.recipe === recipe && ran.branch === branch;
  return isSame && (last.reason === 'exit' || last.reason === 'gate');
}

function byProject<Row>(rows: readonly OfProject<Row>[]): (projectId: string) => OfProject<Row>[] {
  const groups = Map.groupBy(rows, ({ projectId }) => projectId);
  return (projectId) => groups.get(projectId) ?? [];
}
