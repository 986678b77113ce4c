// Lints one commit of a history after the other and has the findings judged as the farm would. What git calls an unchanged
// line is the truth: a finding on such a line is not new, whatever the farm says.
import type { JobFinding } from '@crafting-table/contracts/finding-life';
import { enrichFindings, type EnrichedFinding } from '../../enrich/enrich-findings.ts';
import { compareCommits, readFilesAt, type Comparison, type ComparisonOptions } from './git-history.ts';
import { KEY_STYLES, ordinalKeys, type KeyStyle } from './key-styles.ts';
import { lintLines } from './lint-lines.ts';
import { createSeries } from './series-in-memory.ts';

export type History = {
  repository: string;
  /** Oldest first. */
  commits: readonly string[];
  /** Paths of the files to lint. */
  isMeant: RegExp;
} & ComparisonOptions;

/** Findings, summed up over all pairs of neighbouring commits. */
export type Replay = {
  commits: number;
  findings: number;
  /** On unchanged lines, and of them those on another line or in a file with another name than before. */
  persisting: number;
  shifted: number;
  renamed: number;
  /** Of the persisting ones, those that the farm calls new or reopened; likewise in files that kept their name. */
  falseNew: number;
  falseNewApartFromRenames: number;
  /** False new, and no other finding has taken its place: the number of new ones is wrong as well, not only which. */
  miscounted: number;
  /** Persisting, and taken for another one that was there before: rows of the same text swapped. */
  swapped: number;
  /** On lines that were changed or added, and of them those that were recognised as one from before. */
  edited: number;
  editedMatched: number;
  /** The same persisting ones, by keys alone without tiers or renames. */
  missedBy: Record<KeyStyle, { all: number; apartFromRenames: number }>;
};

type Linted = { findings: EnrichedFinding[]; judged: readonly JobFinding[] };

export function replayHistory({ repository, commits, isMeant, ...options }: History): Replay {
  const series = createSeries('line-linter');
  const replay = emptyReplay(commits.length);
  let before: { sha: string; linted: Linted } | undefined;
  for (const [index, sha] of commits.entries()) {
    const files = readFilesAt(repository, sha, isMeant);
    const findings = enrichFindings(lintLines(files), (path) => files.get(path));
    const comparison = before && compareCommits(repository, [before.sha, sha], options);
    const renames = comparison?.renames ?? new Map();
    const judged = series.judge({ sha, findings, renames, now: new Date(index) }).findings;
    replay.findings += findings.length;
    if (before && comparison) countPair(replay, before.linted, { findings, judged }, comparison);
    before = { sha, linted: { findings, judged } };
  }
  return replay;
}

function countPair(replay: Replay, before: Linted, now: Linted, { placeAfter }: Comparison): void {
  const indexByPlace = new Map(now.findings.map((finding, index) => [placeKey(finding), index]));
  const keysOf = KEY_STYLES.map((style) => {
    return {
      style,
      before: new Set(ordinalKeys(before.findings, style)),
      now: ordinalKeys(now.findings, style),
    };
  });
  const names = new Set(now.judged.map(({ fingerprint }) => fingerprint));
  const persisting = new Set<number>();
  for (const [index, old] of before.findings.entries()) {
    const place = placeAfter({ path: old.path!, line: old.region!.line }); // The linter gives both.
    const there = place && indexByPlace.get(placeKey({ ...old, path: place.path, region: place }));
    if (place === null || there === undefined || there === null) continue;
    persisting.add(there);
    const isRenamed = place.path !== old.path;
    const judged = now.judged[there]!; // An index into the findings.
    const isFalse = isNew(judged);
    replay.persisting += 1;
    replay.shifted += Number(place.line !== old.region!.line);
    replay.renamed += Number(isRenamed);
    replay.falseNew += Number(isFalse);
    replay.falseNewApartFromRenames += Number(isFalse && !isRenamed);
    const name = before.judged[index]!.fingerprint; // Same index.
    replay.miscounted += Number(isFalse && !names.has(name));
    replay.swapped += Number(!isFalse && judged.fingerprint !== name);
    for (const keys of keysOf) {
      if (keys.before.has(keys.now[there]!)) continue; // Same index.
      replay.missedBy[keys.style].all += 1;
      replay.missedBy[keys.style].apartFromRenames += Number(!isRenamed);
    }
  }
  const edited = now.judged.filter((_, index) => !persisting.has(index));
  replay.edited += edited.length;
  replay.editedMatched += edited.filter((finding) => !isNew(finding)).length;
}

function isNew({ state }: JobFinding): boolean {
  return state === 'new' || state === 'reopened';
}

function placeKey({ rule_id, path, region }: Pick<EnrichedFinding, 'rule_id' | 'path' | 'region'>): string {
  return `${rule_id}\0${path}\0${region?.line}`;
}

function emptyReplay(commits: number): Replay {
  const none = { all: 0, apartFromRenames: 0 };
  return {
    commits,
    findings: 0,
    persisting: 0,
    shifted: 0,
    renamed: 0,
    falseNew: 0,
    falseNewApartFromRenames: 0,
    miscounted: 0,
    swapped: 0,
    edited: 0,
    editedMatched: 0,
    missedBy: { line: { ...none }, message: { ...none }, fingerprint: { ...none } },
  };
}
