// From what happened to what a person is told. Pure: the same facts make the same digest.
import type { Digest, DigestLine, DigestSection, DigestSectionName } from '@crafting-table/contracts/digest';
import { DIGEST_SECTIONS } from '@crafting-table/contracts/digest';
import type {
  BrokenJobFact,
  DigestFacts,
  FindingFact,
  RecipeFact,
  StandingFact,
} from '@crafting-table/database/digests/facts';
import { FLAWS, LINES_MAX } from '@crafting-table/database/digests/facts';
import { brokenJobLine, untoldBy, findingLine, firingLine, recipeLine } from './digest-lines.ts';
import { hasRecovered, judgeEvents } from './judge-events.ts';
import { uncheckedLines } from './unchecked-lines.ts';

export type DigestHead = { project: string; date: string; tz: string; from: Date; to: Date };

export function composeDigest(head: DigestHead, facts: DigestFacts): Digest {
  const { project, date, tz } = head;
  const sections = DIGEST_SECTIONS.map((name) => sectionOf(name, facts, head.from)).filter(
    ({ total }) => total > 0,
  );
  const open = totalOf(facts, 'new') + totalOf(facts, 'open') + totalOf(facts, 'flaky');
  return {
    project,
    date,
    tz,
    from: head.from.toISOString(),
    to: head.to.toISOString(),
    events: judgeEvents(facts, sections),
    sections,
    ran: {
      recipes: facts.recipes.length,
      passed: facts.recipes.filter(({ last }) => last.status === 'passed').length,
    },
    trend: [...facts.trend.toReversed(), { date, open }],
    untold: facts.mails.flatMap((mail) => untoldBy(mail) ?? []),
  };
}

function sectionOf(name: DigestSectionName, facts: DigestFacts, from: Date): DigestSection {
  const lines = linesOf(name, facts, from);
  return { name, total: lines.length + leftOut(name, facts), lines: lines.slice(0, LINES_MAX) };
}

function linesOf(name: DigestSectionName, facts: DigestFacts, from: Date): DigestLine[] {
  const verdicts = [...facts.recipes, ...facts.standing];
  switch (name) {
    case 'new':
      return flawsFirst(
        name,
        facts,
        verdicts.filter(({ failingSince: since }) => since !== null && since >= from),
      );
    case 'fixed':
      return flawsFirst(name, facts, facts.recipes.filter(hasRecovered));
    case 'open':
      return flawsFirst(
        name,
        facts,
        verdicts.filter(({ failingSince: since }) => since !== null && since < from),
      );
    case 'flaky':
      return flawsFirst(name, facts, []);
    case 'not_checked':
      return [...facts.firings.map(firingLine), ...uncheckedLines(facts)];
    case 'patches':
      return []; // Nobody drafts patches yet.
    case 'lost':
      return facts.broken.filter((job) => !lacksTool(job)).map(brokenJobLine);
  }
}

/** Lines at the end are left out first: those of recipes stand before the other findings, and before no flaw. */
function flawsFirst(
  name: FindingFact['class'],
  { findings }: DigestFacts,
  recipes: readonly (RecipeFact | StandingFact)[],
): DigestLine[] {
  const mine = findings.filter((each) => each.class === name);
  const isFlaw = ({ kind }: FindingFact) => FLAWS.includes(kind);
  return [
    ...mine.filter(isFlaw).map(findingLine),
    ...recipes.map(recipeLine),
    ...mine.filter((each) => !isFlaw(each)).map(findingLine),
  ];
}

/** How many there are beyond those of which something is known. */
function leftOut(name: DigestSectionName, { findings, firings, broken }: DigestFacts): number {
  switch (name) {
    case 'new':
    case 'fixed':
    case 'open':
    case 'flaky':
      return beyond(findings.filter((each) => each.class === name));
    case 'not_checked':
      return beyond(firings) + beyond(broken.filter(lacksTool));
    case 'patches':
      return 0;
    case 'lost':
      return beyond(broken.filter((job) => !lacksTool(job)));
  }
}

/** Each of them says how many there are in all. */
function beyond(facts: readonly { total: number }[]): number {
  return facts.length === 0 ? 0 : facts[0]!.total - facts.length;
}

function lacksTool({ reason }: BrokenJobFact): boolean {
  return reason === 'tool_missing';
}

function totalOf(facts: DigestFacts, name: FindingFact['class']): number {
  return facts.findings.find((each) => each.class === name)?.total ?? 0;
}
