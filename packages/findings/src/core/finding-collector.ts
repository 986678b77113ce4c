// Parsers hand in drafts; here they become findings: bounded texts, mapped paths, one source, duplicates counted.
import type { Finding, FindingSource, RelatedPlace, TestDetail } from '@crafting-table/contracts/finding';
import { boundName, boundText, splitMessage } from './bounded-text.ts';
import { createFindingSet } from './finding-set.ts';
import {
  CWE_MAX,
  DETAIL_CHARS_MAX,
  FINDINGS_PER_TOOL_MAX,
  MESSAGE_CHARS_MAX,
  NAME_CHARS_MAX,
  NATIVE_FINGERPRINTS_MAX,
  PATH_CHARS_MAX,
  RELATED_PLACES_MAX,
  TEST_TRIES_MAX,
} from './limits.ts';
import { makeRegion, type StatedRegion } from './region.ts';
import type { PathResolver, ResolvedPath } from './repository-path.ts';

/** A place as the tool wrote it. */
export type StatedPlace = { path?: string | undefined; region?: StatedRegion | undefined };

/** A finding as a parser knows it: nothing is bounded, mapped or trimmed yet. */
export type FindingDraft = Pick<Finding, 'kind' | 'severity' | 'level'> & {
  /** The first line becomes the message, the rest leads the detail. */
  text: string;
  detail?: string | undefined;
  place?: StatedPlace | undefined;
  related?: (StatedPlace & { message?: string | undefined })[];
  rule?: { id?: string | undefined; name?: string | undefined; url?: string | undefined };
  rawSeverity?: string | undefined;
  cwe?: string[];
  test?: TestDetail;
  suppressed?: Finding['suppressed'];
  nativeFingerprints?: Map<string, string>;
  /** Counts from 1. Stated by log parsers only. */
  logLine?: number;
  /** Written by our own parsers from a closed list of keys; values are small. */
  extra?: Record<string, string | number | boolean> | undefined;
};

export type FindingCollector = {
  tool: string;
  add: (draft: FindingDraft) => void;
  resolve: (rawPath: string) => ResolvedPath;
  list: () => Finding[];
  omitted: () => number;
};

export type FindingOrigin = {
  tool: string;
  subproject: string;
  source: Pick<FindingSource, 'artifact' | 'format'>;
  resolve: PathResolver;
};

/** Collects the findings of one invocation of a tool, at most FINDINGS_PER_TOOL_MAX different ones. */
export function createFindingCollector(origin: FindingOrigin): FindingCollector {
  const set = createFindingSet(FINDINGS_PER_TOOL_MAX);
  return {
    tool: origin.tool,
    add: (draft) => set.add(toFinding(draft, origin)),
    resolve: origin.resolve,
    list: set.list,
    omitted: set.omitted,
  };
}

function toFinding(draft: FindingDraft, origin: FindingOrigin): Finding {
  const { first, rest } = splitMessage(draft.text);
  const longFirst = first.length > MESSAGE_CHARS_MAX ? first : '';
  const detail = [longFirst, rest, draft.detail ?? ''].filter((part) => part.trim() !== '').join('\n');
  return withoutAbsent({
    kind: draft.kind,
    tool: origin.tool,
    subproject: origin.subproject,
    rule_id: boundName(draft.rule?.id, NAME_CHARS_MAX),
    rule_name: boundName(draft.rule?.name, NAME_CHARS_MAX),
    rule_url: boundName(draft.rule?.url, NAME_CHARS_MAX),
    cwe: nonEmpty(draft.cwe?.slice(0, CWE_MAX)),
    severity: draft.severity,
    level: draft.level,
    raw_severity: boundName(draft.rawSeverity, NAME_CHARS_MAX),
    message: boundText(first, MESSAGE_CHARS_MAX),
    detail: detail === '' ? undefined : boundText(detail, DETAIL_CHARS_MAX),
    ...toPlace(draft.place, origin.resolve),
    related: nonEmpty(draft.related?.slice(0, RELATED_PLACES_MAX).map((place) => toRelated(place, origin))),
    test: draft.test && boundTest(draft.test),
    suppressed: draft.suppressed,
    native_fingerprints: boundFingerprints(draft.nativeFingerprints),
    source: withoutAbsent({ ...origin.source, log_line: draft.logLine }),
    occurrences: 1,
    extra: boundExtra(draft.extra),
  });
}

function toPlace(stated: StatedPlace | undefined, resolve: PathResolver) {
  if (stated?.path === undefined) return {};
  return {
    path: resolve(stated.path).path,
    path_raw: boundName(stated.path, PATH_CHARS_MAX),
    region: makeRegion(stated.region ?? {}),
  };
}

function toRelated(
  stated: StatedPlace & { message?: string | undefined },
  origin: FindingOrigin,
): RelatedPlace {
  const message = stated.message === undefined ? undefined : boundText(stated.message, MESSAGE_CHARS_MAX);
  return withoutAbsent({ ...toPlace(stated, origin.resolve), message });
}

function boundTest(test: TestDetail): TestDetail {
  return withoutAbsent({
    suite: boundName(test.suite, NAME_CHARS_MAX),
    name: boundName(test.name, NAME_CHARS_MAX) ?? '(no name)',
    outcome: test.outcome,
    duration_ms: test.duration_ms,
    tries: nonEmpty(
      test.tries?.slice(0, TEST_TRIES_MAX).map((one) => ({
        outcome: one.outcome,
        message: boundText(one.message, MESSAGE_CHARS_MAX),
        ...withoutAbsent({ type: boundName(one.type, NAME_CHARS_MAX) }),
      })),
    ),
  });
}

function boundFingerprints(stated: Map<string, string> | undefined): Record<string, string> | undefined {
  if (stated === undefined || stated.size === 0) return undefined;
  const bounded = [...stated].slice(0, NATIVE_FINGERPRINTS_MAX).map(([name, value]) => {
    return [boundText(name, NAME_CHARS_MAX), boundText(value, NAME_CHARS_MAX)] as const;
  });
  return Object.fromEntries(bounded);
}

function boundExtra(extra: FindingDraft['extra']): FindingDraft['extra'] {
  if (extra === undefined) return undefined;
  const bounded = Object.entries(extra).map(([key, value]) => {
    return [key, typeof value === 'string' ? boundText(value, NAME_CHARS_MAX) : value] as const;
  });
  return bounded.length === 0 ? undefined : Object.fromEntries(bounded);
}

function nonEmpty<Item>(items: Item[] | undefined): Item[] | undefined {
  return items === undefined || items.length === 0 ? undefined : items;
}

type WithoutAbsent<Fields> = {
  [Key in keyof Fields as undefined extends Fields[Key] ? never : Key]: Fields[Key];
} & {
  [Key in keyof Fields as undefined extends Fields[Key] ? Key : never]?: Exclude<Fields[Key], undefined>;
};

/** Absent keys, not keys that hold undefined: they read, compare and travel the same way. */
function withoutAbsent<Fields extends object>(fields: Fields): WithoutAbsent<Fields> {
  const present: { [Key in keyof Fields]?: unknown } = {};
  for (const key in fields) if (fields[key] !== undefined) present[key] = fields[key];
  return present as WithoutAbsent<Fields>; // Only keys without a value were left out.
}
