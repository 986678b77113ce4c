// From what happened to what a person is told. Pure: the same facts make the same digest.
import type { Digest, DigestLine, DigestSection, DigestSectionName } from '@crafting-table/contracts/digest';
import { DIGEST_SECTIONS } from '@crafting-table/contracts/digest';
import type { BrokenJobFact, DigestFacts, FindingFact } from '@crafting-table/database/digests/facts';
import { LINES_MAX } from '@crafting-table/database/digests/facts';
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
  const findings = () => facts.findings.filter((each) => each.class === name).map(findingLine);
  const failing = (isOne: (since: Date) => boolean) =>
    [...facts.recipes, ...facts.standing]
      .filter(({ failingSince }) => failingSince !== null && isOne(failingSince))
      .map(recipeLine);
  switch (name) {
    case 'new':
      return [...failing((since) => since >= from), ...findings()];
    case 'fixed':
      return [...facts.recipes.filter(hasRecovered).map(recipeLine), ...findings()];
    case 'open':
      return [...failing((since) => since < from), ...findings()];
    case 'flaky':
      return findings();
    case 'not_checked':
      return [...facts.firings.map(firingLine), ...uncheckedLines(facts)];
    case 'patches':
      return []; // Nobody drafts patches yet.
    case 'lost':
      return facts.broken.filter((job) => !lacksTool(job)).map(brokenJobLine);
  }
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
