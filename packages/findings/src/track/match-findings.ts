// Which of today's findings is which of yesterday's. In tiers from the surest evidence to the weakest; each finding is
// matched once, to the line nearest to the expected one where several would do, and what finds no partner falls through to
// the next tier.
import { messageTemplate } from '../core/message-template.ts';
import { groupOf } from '../enrich/fingerprint.ts';
import type { EnrichedFinding } from '../enrich/enrich-findings.ts';
import { expectLines } from './expected-lines.ts';
import type { KnownFinding } from './known-finding.ts';

/** Old path → new path, as `git diff -M` sees it. */
export type Renames = ReadonlyMap<string, string>;

export type Match = {
  known: KnownFinding;
  /** Something that people see is another: the edited line, the message, the version of the package. */
  hasChanged: boolean;
};

/** Beyond so many pairs of equal findings only their order decides: comparing each with each would take minutes. */
const PAIRS_MAX = 40_000;

type Side = {
  index: number;
  line: number;
  /** Of yesterday's, the lines that it should stand on now; of today's, the one it stands on. */
  expected: { byAbove: number; byBelow: number };
  tool: string;
  group: string;
  fingerprint: string;
  native: readonly string[];
  /** The tool and its rule, or what the message says where there is no rule. */
  rule: string;
  path: string;
  lineHash: string | null;
  scope: string;
  /** Empty where it is no test. */
  testName: string;
  template: string;
};
/** Undefined: this finding has no such key. */
type Tier = {
  key: (side: Side) => string | undefined;
  hasChanged?: true;
  /** Only where it can be no other one. */
  isSingle?: true;
};

const TIERS: readonly Tier[] = [
  { key: (side) => (side.group === 'code' ? undefined : `${side.group} ${side.fingerprint}`) },
  // The names of many tests begin with the name of their file, which may be renamed.
  { key: ofTest },
  { key: ({ native }) => native[0] },
  { key: (side) => ofLine(side, [side.path, String(side.expected.byAbove)]) },
  { key: (side) => ofLine(side, [side.path, String(side.expected.byBelow)]) },
  { key: (side) => ofLine(side, [side.path, side.scope, side.template]) },
  { key: (side) => ofLine(side, [side.path, side.template]) },
  { key: (side) => ofUnread(side, [side.path, side.template]) },
  { key: (side) => ofCode(side, [side.path, side.scope, side.template]), hasChanged: true },
  { key: (side) => ofLine(side, [side.path]), hasChanged: true },
  { key: (side) => ofLine(side, [side.scope, side.template]), isSingle: true },
];

/** One entry for each current finding, in their order; null: nothing known is this one. */
export function matchFindings(
  current: readonly EnrichedFinding[],
  known: readonly KnownFinding[],
  renames: Renames,
): (Match | null)[] {
  const matches: (Match | null)[] = current.map(() => null);
  let today = current.map(toSide);
  let before = known.map((each, index) => knownSide(each, index, renames));
  for (const [index, expected] of expectLines(before, today).entries()) before[index]!.expected = expected; // One for each.
  for (const tier of TIERS) {
    if (today.length === 0 || before.length === 0) break;
    const taken = new Set<number>();
    for (const [now, then] of pairsOf(today, before, tier)) {
      const partner = known[then.index]!; // An index into `known`, by construction.
      matches[now.index] = {
        known: partner,
        hasChanged: tier.hasChanged ?? isOther(current[now.index]!, partner),
      };
      taken.add(then.index);
    }
    if (taken.size === 0) continue;
    today = today.filter(({ index }) => matches[index] === null);
    before = before.filter(({ index }) => !taken.has(index));
  }
  return matches;
}

function* pairsOf(today: Side[], before: Side[], { key, isSingle }: Tier): Generator<[Side, Side]> {
  const buckets = new Map<string, { today: Side[]; before: Side[] }>();
  for (const side of before) {
    const name = key(side);
    if (name === undefined) continue;
    const bucket = buckets.get(name);
    if (bucket === undefined) buckets.set(name, { today: [], before: [side] });
    else bucket.before.push(side);
  }
  for (const side of today) {
    const name = key(side);
    if (name !== undefined) buckets.get(name)?.today.push(side);
  }
  for (const bucket of buckets.values()) {
    const [now, then] = [bucket.today, bucket.before];
    if (now.length === 0) continue;
    if (now.length === 1 && then.length === 1) yield [now[0]!, then[0]!];
    else if (!isSingle) yield* nearestPairs(now, then);
  }
}

/** Each with the one that is expected nearest to it and still free, the nearest pair first. */
function nearestPairs(now: Side[], then: Side[]): [Side, Side][] {
  if (now.length * then.length > PAIRS_MAX) {
    const sortedThen = then.toSorted((a, b) => a.line - b.line);
    const sortedNow = now.toSorted((a, b) => a.line - b.line);
    return sortedNow.slice(0, then.length).map((side, index) => [side, sortedThen[index]!]);
  }
  const pairs = now.flatMap((a) => then.map((b) => ({ a, b, distance: distanceOf(a, b) })));
  pairs.sort((one, other) => one.distance - other.distance);
  const used = new Set<Side>();
  return pairs.flatMap(({ a, b }): [Side, Side][] => {
    if (used.has(a) || used.has(b)) return [];
    used.add(a).add(b);
    return [[a, b]];
  });
}

function distanceOf({ line }: Side, { expected }: Side): number {
  return Math.min(Math.abs(line - expected.byAbove), Math.abs(line - expected.byBelow));
}

function ofCode(side: Side, parts: readonly string[]): string | undefined {
  return side.group === 'code' ? `${side.rule}\0${parts.join('\0')}` : undefined;
}

function ofLine(side: Side, parts: readonly string[]): string | undefined {
  return side.lineHash === null ? undefined : ofCode(side, [side.lineHash, ...parts]);
}

function ofTest({ group, tool, path, scope, testName }: Side): string | undefined {
  return group === 'test' && path !== '' ? [tool, path, scope, testName].join('\0') : undefined;
}

/** Of a place whose file could not be read, then or now: nobody can say that its line was edited. */
function ofUnread(side: Side, parts: readonly string[]): string | undefined {
  return side.lineHash === null ? ofCode(side, parts) : undefined;
}

function toSide(finding: EnrichedFinding, index: number): Side {
  const template = messageTemplate(finding.message);
  const line = finding.region?.line ?? 0;
  return {
    index,
    line,
    expected: { byAbove: line, byBelow: line },
    tool: finding.tool,
    group: groupOf(finding),
    fingerprint: finding.fingerprint,
    native: nativeOf(finding),
    rule: `${finding.tool}\0${finding.rule_id ?? template}`,
    path: finding.path ?? '',
    lineHash: finding.line_hash ?? null,
    scope: finding.scope ?? '',
    testName: finding.test?.name ?? '',
    template,
  };
}

function knownSide(known: KnownFinding, index: number, renames: Renames): Side {
  const path = known.path ?? '';
  const line = known.line ?? 0;
  return {
    index,
    line,
    expected: { byAbove: line, byBelow: line },
    tool: known.tool,
    group: known.group,
    fingerprint: known.fingerprint,
    native: known.native,
    rule: `${known.tool}\0${known.rule ?? known.template}`,
    path: renames.get(path) ?? path,
    lineHash: known.line_hash,
    scope: known.scope ?? '',
    testName: known.test_name ?? '',
    template: known.template,
  };
}

/** The fingerprints that the tool gave and that are trusted, as they are stored. */
export function nativeOf({ fingerprints }: EnrichedFinding): string[] {
  return fingerprints
    .filter(({ algorithm }) => algorithm.startsWith('native:'))
    .map(({ algorithm, value }) => `${algorithm}=${value}`);
}

function isOther(finding: EnrichedFinding, known: KnownFinding): boolean {
  return finding.severity !== known.severity || finding.kind !== known.kind;
}
