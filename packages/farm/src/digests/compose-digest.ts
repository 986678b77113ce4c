// From what happened to what a person is told. Pure: the same facts make the same digest.
import type { Digest, DigestLine, DigestSection, DigestSectionName } from '@crafting-table/contracts/digest';
import { DIGEST_SECTIONS } from '@crafting-table/contracts/digest';
import type { DigestFacts, FindingFact } from '@crafting-table/database/digests/load-facts';
import { LINES_MAX } from '@crafting-table/database/digests/load-facts';
import { brokenJobLine, earlierMail, findingLine, firingLine, recipeLine } from './digest-lines.ts';
import { judgeEvents } from './judge-events.ts';
import { uncheckedLines } from './unchecked-lines.ts';

export type DigestHead = { project: string; date: string; tz: string; from: Date; to: Date };

export function composeDigest(head: DigestHead, facts: DigestFacts): Digest {
  const { project, date, tz } = head;
  const sections = DIGEST_SECTIONS.map((name) => sectionOf(name, facts)).filter(({ total }) => total > 0);
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
    undelivered: facts.mails.flatMap((mail) => earlierMail(mail) ?? []),
  };
}

function sectionOf(name: DigestSectionName, facts: DigestFacts): DigestSection {
  const lines = linesOf(name, facts);
  const left = name === 'new' || name === 'fixed' || name === 'open' || name === 'flaky';
  const uncounted = left
    ? totalOf(facts, name) - facts.findings.filter((each) => each.class === name).length
    : 0;
  const lost = name === 'lost' ? leftOutJobs(facts) : 0;
  return { name, total: lines.length + uncounted + lost, lines: lines.slice(0, LINES_MAX) };
}

function linesOf(name: DigestSectionName, facts: DigestFacts): DigestLine[] {
  const findings = () => facts.findings.filter((each) => each.class === name).map(findingLine);
  const failing = facts.recipes.filter(({ last }) => last.reason === 'exit' || last.reason === 'gate');
  const failed = failing.filter(({ last }) => last.status === 'failed');
  switch (name) {
    case 'new':
      return [...failed.filter(({ before }) => before !== 'failed').map(recipeLine), ...findings()];
    case 'fixed':
      return [
        ...failing
          .filter(({ last, before }) => last.status === 'passed' && before === 'failed')
          .map(recipeLine),
        ...findings(),
      ];
    case 'open':
      return [...failed.filter(({ before }) => before === 'failed').map(recipeLine), ...findings()];
    case 'flaky':
      return findings();
    case 'not_checked':
      return [...facts.firings.map(firingLine), ...uncheckedLines(facts)];
    case 'patches':
      return []; // Nobody drafts patches yet.
    case 'lost':
      return facts.broken.filter(({ reason }) => reason !== 'tool_missing').map(brokenJobLine);
  }
}

function totalOf(facts: DigestFacts, name: FindingFact['class']): number {
  return facts.findings.find((each) => each.class === name)?.total ?? 0;
}

function leftOutJobs(facts: DigestFacts): number {
  const told = facts.broken.filter(({ reason }) => reason !== 'tool_missing');
  return told.length === 0 ? 0 : told[0]!.total - told.length; // The same in each of them.
}
