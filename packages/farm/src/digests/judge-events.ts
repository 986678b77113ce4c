import type { DigestSection } from '@crafting-table/contracts/digest';
import { DEFAULT_NOTIFY_EVENTS, NOTIFY_EVENTS, type NotifyEvent } from '@crafting-table/contracts/project';
import type { Recipe } from '@crafting-table/contracts/words';
import type { DigestFacts, RecipeFact } from '@crafting-table/database/digests/facts';

/** What happened, of all that a project can ask to be told. */
export function judgeEvents(facts: DigestFacts, sections: readonly DigestSection[]): NotifyEvent[] {
  const { findings, recipes, fired } = facts;
  const news = findings.find((each) => each.class === 'new'); // What is said of the class is the same in each of them.
  const hasFailed = (recipe: Recipe) => recipes.some((each) => each.recipe === recipe && each.failed > 0);
  const happened: Record<NotifyEvent, boolean> = {
    audit_pass: recipes.some(({ recipe, last }) => recipe === 'audit' && last.status === 'passed'),
    audit_fail: hasFailed('audit'),
    build_fail: hasFailed('build'),
    test_fail: hasFailed('test'),
    lint_warn: hasFailed('lint') || news?.hasLint === true,
    cve_found: news?.hasFlaw === true,
    new_findings: news !== undefined,
    fixed: findings.some((each) => each.class === 'fixed'),
    recovered: recipes.some(hasRecovered),
    not_checked: sections.some(({ name }) => name === 'not_checked'),
    patch_drafted: sections.some(({ name }) => name === 'patches'),
    nightly_summary: fired > 0,
  };
  return NOTIFY_EVENTS.filter((event) => happened[event]);
}

/** It passes, and said no before: in the time before this one, or in this one. */
export function hasRecovered({ last, before, failures }: RecipeFact): boolean {
  return last.status === 'passed' && (before === 'failed' || failures > 0);
}

/** Whether anything happened that the project asked to be told of. */
export function isWanted(events: readonly NotifyEvent[], asked: readonly NotifyEvent[]): boolean {
  const wanted = asked.length === 0 ? DEFAULT_NOTIFY_EVENTS : asked;
  return events.some((event) => wanted.includes(event));
}
