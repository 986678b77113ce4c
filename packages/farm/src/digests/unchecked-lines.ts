// What nobody looked at although it seems so: a recipe that passed because nothing ran is not a good one.
import type { DigestLine } from '@crafting-table/contracts/digest';
import type { ToolRun } from '@crafting-table/contracts/finding';
import type { DigestFacts, RecipeFact } from '@crafting-table/database/digests/load-facts';
import { brokenJobLine, cut } from './digest-lines.ts';

export function uncheckedLines({ broken, recipes, firings, fired }: DigestFacts): DigestLine[] {
  const missing = broken.filter(({ reason }) => reason === 'tool_missing').map(brokenJobLine);
  const nothing = recipes.length === 0 && broken.length === 0 && firings.length === 0 && fired === 0;
  return [
    ...missing,
    ...recipes.flatMap((fact) => faultsOf(fact).map((what) => lineOf(fact, what))),
    ...(nothing ? [NOTHING_RAN] : []),
  ];
}

const NOTHING_RAN: DigestLine = {
  severity: null,
  what: 'nothing ran in this time',
  where: null,
  since: null,
  job_id: null,
};

function faultsOf({ recipe, last, toolRuns }: RecipeFact): string[] {
  const unfinished = toolRuns.flatMap((run) => unfinishedOf(run) ?? []);
  if (last.status !== 'passed') return unfinished;
  const isEmpty = recipe === 'test' && toolRuns.length > 0 && toolRuns.every((run) => testsOf(run) === 0);
  if (isEmpty) return [...unfinished, 'test passed with zero tests'];
  const isSilent = (recipe === 'test' || recipe === 'audit') && toolRuns.length === 0;
  return isSilent ? [`${recipe} passed, but nothing in its output says what it looked at`] : unfinished;
}

function unfinishedOf({ tool, completeness, note }: ToolRun): string | null {
  if (isStale(note)) return `${tool} looked things up in an old database: ${note}`;
  if (completeness === 'failed') return `${tool} failed${note ? `: ${note}` : ''}`;
  if (completeness === 'partial') return `${tool} did not look at everything${note ? `: ${note}` : ''}`;
  return null;
}

/** How tools that carry a database of advisories with them say that it is old. */
function isStale(note: string | undefined): boolean {
  return note !== undefined && /\b(stale|out of date|outdated|too old)\b/i.test(note);
}

function testsOf({ parsed, claimed }: ToolRun): number | null {
  return claimed?.['tests'] ?? parsed?.['tests'] ?? null;
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
