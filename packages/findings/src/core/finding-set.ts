// The in-job dedupe: one problem that was printed twice, or printed and written into a file, is one finding.
import type { Finding, FindingSource } from '@crafting-table/contracts/finding';
import { MERGE_CANDIDATES_MAX, MORE_SOURCES_MAX } from './limits.ts';
import { messageTemplate } from './message-template.ts';

export type FindingSet = {
  add: (finding: Finding) => void;
  /** In the order of first arrival. */
  list: () => Finding[];
  /** What comes now is only counted, unless it is one of those that are kept. */
  isFull: () => boolean;
  /** How many were counted but not kept. */
  omitted: () => number;
};

/** Keeps at most `findingsMax` different findings; what is given to it is never changed. */
export function createFindingSet(findingsMax: number): FindingSet {
  const kept: Finding[] = [];
  const exact = new Map<string, number>();
  const places = new Map<string, number[]>();
  let omitted = 0;

  const keep = (finding: Finding, placeKey: string, exactKey: string) => {
    if (kept.length >= findingsMax) {
      omitted += finding.occurrences;
      return;
    }
    const index = kept.push({ ...finding }) - 1;
    exact.set(exactKey, index);
    const candidates = places.get(placeKey);
    if (candidates === undefined) places.set(placeKey, [index]);
    else if (candidates.length < MERGE_CANDIDATES_MAX) candidates.push(index);
  };

  return {
    add: (finding) => {
      const placeKey = keyOfPlace(finding);
      const exactKey = keyOfTwin(placeKey, finding);
      const twin = exact.get(exactKey) ?? findInOtherFormat(finding, places.get(placeKey), kept);
      if (twin === undefined) return keep(finding, placeKey, exactKey);
      const first = kept[twin]!; // Both maps hold positions of what is kept.
      if (isRepeat(first, finding)) first.occurrences += finding.occurrences;
      else kept[twin] = mergeTwins(first, finding);
      exact.set(exactKey, twin);
    },
    isFull: () => kept.length >= findingsMax,
    list: () => kept,
    omitted: () => omitted,
  };
}

/** Path, line, and the rule or else what the message says. Tests and packages are known by name, not by place. */
function keyOfPlace(finding: Finding): string {
  const subproject = finding.subproject ?? '';
  if (finding.test !== undefined) {
    return keyOf('test', subproject, finding.test.suite, finding.test.name);
  }
  if (finding.package !== undefined) {
    const { ecosystem, name, installed, manifest } = finding.package;
    const what = finding.advisory?.ids.toSorted()[0] ?? finding.rule_id ?? finding.message;
    return keyOf('package', subproject, ecosystem, name, installed, manifest, what);
  }
  const rule = finding.rule_id ?? messageTemplate(finding.message);
  const path = finding.path ?? finding.path_raw;
  if (path === undefined) return keyOf('no place', subproject, finding.tool, rule, finding.message);
  return `place\0${path}\0${finding.region?.line}\0${rule}`;
}

/** Findings hold no NUL. */
function keyOf(...parts: (string | number | undefined)[]): string {
  return parts.join('\0');
}

/** Within one format, two columns or two messages are two findings. */
function keyOfTwin(placeKey: string, finding: Finding): string {
  const column = finding.test === undefined ? finding.region?.col : undefined;
  const message = finding.test === undefined ? finding.message : '';
  return `${placeKey}${finding.source.format}\n${column ?? ''}\n${message}`;
}

/** Formats word the same problem differently (a final period) or leave the column out, so only columns can tell. */
function findInOtherFormat(
  finding: Finding,
  candidates: number[] | undefined,
  kept: Finding[],
): number | undefined {
  if (candidates === undefined) return undefined;
  const possible = candidates.filter((index) => {
    const other = kept[index]!;
    const col = finding.region?.col;
    const otherCol = other.region?.col;
    const sameColumn = col === undefined || otherCol === undefined || col === otherCol;
    return sameColumn && other.source.format !== finding.source.format;
  });
  return possible.find((index) => kept[index]!.message === finding.message) ?? possible[0];
}

/** Read once more in the same place. What is kept is a copy, so it may be counted up. */
function isRepeat({ source }: Finding, second: Finding): boolean {
  return (
    second.more_sources === undefined &&
    source.format === second.source.format &&
    source.artifact === second.source.artifact
  );
}

/** A report file knows more than a line of the log; otherwise who came first stays. */
function mergeTwins(first: Finding, second: Finding): Finding {
  const winner = isFromLog(first) && !isFromLog(second) ? second : first;
  const sources = [winner, first, second].flatMap(sourcesOf);
  const others = [...new Map(sources.map((source) => [keyOfSource(source), source])).values()]
    .filter((source) => keyOfSource(source) !== keyOfSource(winner.source))
    .slice(0, MORE_SOURCES_MAX);
  const merged: Finding = { ...winner, occurrences: first.occurrences + second.occurrences };
  if (others.length > 0) merged.more_sources = others;
  return merged;
}

function isFromLog(finding: Finding): boolean {
  return finding.source.log_line !== undefined;
}

function sourcesOf(finding: Finding): FindingSource[] {
  return [finding.source, ...(finding.more_sources ?? [])];
}

function keyOfSource(source: FindingSource): string {
  return `${source.format}\n${source.artifact}`;
}
