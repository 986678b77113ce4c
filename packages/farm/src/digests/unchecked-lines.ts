// What nobody looked at although it seems so: a recipe that passed because nothing ran is not a good one.
import type { DigestLine } from '@crafting-table/contracts/digest';
import type { ToolRun } from '@crafting-table/contracts/finding';
import { toolsWithoutTests } from '@crafting-table/findings/track/count-tests';
import type { DigestFacts, RecipeFact } from '@crafting-table/database/digests/facts';
import { brokenJobLine, cut } from './digest-lines.ts';

const DAY_MS = 86_400_000;
/** Those that are kept on disk are made anew each day or week; one that is older was forgotten. */
const FRESH_DAYS = 14;

export function uncheckedLines({ broken, recipes, firings, fired }: DigestFacts): DigestLine[] {
  const missing = broken.filter(({ reason }) => reason === 'tool_missing').map(brokenJobLine);
  const isIdle = recipes.length === 0 && broken.length === 0 && firings.length === 0;
  return [
    ...missing,
    ...recipes.flatMap((fact) => faultsOf(fact).map((what) => lineOf(fact, what))),
    ...(isIdle ? [idleLine(fired)] : []),
  ];
}

function idleLine(fired: number): DigestLine {
  const what = fired > 0 ? 'nothing that a schedule began has ended yet' : 'nothing ran in this time';
  return { severity: null, what, where: null, since: null, job_id: null };
}

function faultsOf(fact: RecipeFact): string[] {
  const { recipe, last, tests, toolRuns } = fact;
  const unheard = [...new Set(toolRuns.filter(({ unseen }) => unseen).map(({ tool }) => tool))];
  const faults = [
    ...toolRuns.flatMap((run) => unfinishedOf(run, last.at) ?? []),
    ...(unheard.length > 0
      ? [`${recipe} is said to run ${unheard.join(', ')}, and nothing was heard of it`]
      : []),
  ];
  if (last.status !== 'passed') return faults;
  if (recipe === 'test') return [...faults, ...untestedBy(toolRuns, tests === null || tests.ran === 0)];
  if (recipe === 'audit' && toolRuns.length === 0)
    return [...faults, 'audit passed, but nothing in its output says what it looked at'];
  return faults;
}

function untestedBy(toolRuns: readonly ToolRun[], isUntold: boolean): string[] {
  const idle = [...toolsWithoutTests(toolRuns)];
  if (isUntold) {
    const told = 'test passed, but nothing in its output says that a test ran';
    return [idle.length > 0 ? 'test passed with zero tests' : told];
  }
  const counted = toolRuns.filter(({ claimed }) => (claimed?.['tests'] ?? 0) > 0);
  const isSkipped = ({ claimed = {} }: ToolRun) => (claimed['skipped'] ?? 0) >= (claimed['tests'] ?? 0);
  if (counted.length > 0 && counted.every(isSkipped)) return ['test passed, and every test was skipped'];
  return idle.length === 0 ? [] : [`test passed, but ${idle.join(', ')} ran zero tests`];
}

function unfinishedOf(
  { tool, completeness, note, database_at: databaseAt }: ToolRun,
  at: Date,
): string | null {
  const days = databaseAt === undefined ? 0 : Math.floor((at.getTime() - Date.parse(databaseAt)) / DAY_MS);
  if (days > FRESH_DAYS) return `${tool} asked a database of advisories that is ${days} days old`;
  if (completeness === 'failed') return `${tool} failed${note ? `: ${note}` : ''}`;
  if (completeness === 'partial') return `${tool} did not look at everything${note ? `: ${note}` : ''}`;
  return null;
}

function lineOf({ subproject, branch, last }: RecipeFact, what: string): DigestLine {
  return {
    severity: null,
    what: cut(what),
    where: cut(`${subproject} on ${branch}`),
    since: last.at.toISOString(),
    job_id: last.jobId,
  };
}
