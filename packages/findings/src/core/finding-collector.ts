// Parsers hand in drafts; here they become findings: bounded texts, mapped paths, one source, duplicates counted.
import type {
  Advisory,
  Cvss,
  Finding,
  FindingSource,
  PackageDetail,
  RelatedPlace,
  Suppression,
  TestDetail,
  Vex,
} from '@crafting-table/contracts/finding';
import { boundName, boundText, splitMessage } from './bounded-text.ts';
import { defineField, parseStorable } from './storable-json.ts';
import { createFindingSet } from './finding-set.ts';
import {
  CWE_MAX,
  DETAIL_CHARS_MAX,
  FINDINGS_PER_TOOL_MAX,
  MESSAGE_CHARS_MAX,
  NAME_CHARS_MAX,
  EXTRA_BYTES_MAX,
  EXTRA_KEYS_MAX,
  NATIVE_FINGERPRINTS_MAX,
  PACKAGE_LIST_MAX,
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
  package?: PackageDetail | undefined;
  advisory?: Advisory | undefined;
  fixable?: Finding['fixable'] | undefined;
  /** What to do about it. */
  help?: string | undefined;
  suppressed?: Finding['suppressed'];
  nativeFingerprints?: Map<string, string>;
  /** How often the tool has reported it, where it says so; once when not given. */
  occurrences?: number | undefined;
  /** Counts from 1. Stated by log parsers only. */
  logLine?: number;
  /** Fields of the tool's format that have no place above, as JSON values. */
  extra?: Record<string, unknown> | undefined;
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
    // Of one more than are kept only what tells it from the others is needed.
    add: (draft) => set.add(toFinding(set.isFull() ? withoutDetails(draft) : draft, origin)),
    resolve: origin.resolve,
    list: set.list,
    omitted: set.omitted,
  };
}

function withoutDetails({
  kind,
  severity,
  level,
  text,
  place,
  rule,
  test,
  ...draft
}: FindingDraft): FindingDraft {
  const told = { kind, severity, level, text, place, rule: { id: rule?.id } };
  const { package: stated, advisory } = draft;
  return test === undefined ? { ...told, package: stated, advisory } : { ...told, test };
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
    cwe: nonEmpty(boundNames(draft.cwe)?.slice(0, CWE_MAX)),
    severity: draft.severity,
    level: draft.level,
    raw_severity: boundName(draft.rawSeverity, NAME_CHARS_MAX),
    message: boundText(first, MESSAGE_CHARS_MAX),
    detail: detail === '' ? undefined : boundText(detail, DETAIL_CHARS_MAX),
    ...toPlace(draft.place, origin.resolve),
    related: nonEmpty(draft.related?.slice(0, RELATED_PLACES_MAX).map((place) => toRelated(place, origin))),
    test: draft.test && boundTest(draft.test),
    package: draft.package && boundPackage(draft.package),
    advisory: draft.advisory && boundAdvisory(draft.advisory),
    fixable: draft.fixable,
    help: draft.help === undefined ? undefined : boundText(draft.help, MESSAGE_CHARS_MAX),
    suppressed: draft.suppressed && boundSuppression(draft.suppressed),
    native_fingerprints: boundFingerprints(draft.nativeFingerprints),
    source: withoutAbsent({ ...origin.source, log_line: draft.logLine }),
    occurrences: draft.occurrences ?? 1,
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
  const bounded: Record<string, string> = {};
  let room = NATIVE_FINGERPRINTS_MAX;
  for (const [name, value] of stated) {
    if (room-- === 0) break;
    defineField(bounded, boundText(name, NAME_CHARS_MAX), boundText(value, NAME_CHARS_MAX));
  }
  return bounded;
}

/** All names are kept that fit; a name that is too long is left out rather than cut, since nobody could look it up. */
function boundNames(names: readonly string[] | undefined): string[] | undefined {
  return names
    ?.filter((name) => name.length <= NAME_CHARS_MAX)
    .slice(0, PACKAGE_LIST_MAX)
    .map((name) => boundText(name, NAME_CHARS_MAX));
}

function boundPackage(stated: PackageDetail): PackageDetail {
  return withoutAbsent({
    ecosystem: boundName(stated.ecosystem, NAME_CHARS_MAX) ?? 'unknown',
    name: boundName(stated.name, NAME_CHARS_MAX) ?? '(no name)',
    installed: boundName(stated.installed, NAME_CHARS_MAX),
    fixed: boundNames(stated.fixed),
    range: boundName(stated.range, NAME_CHARS_MAX),
    direct: stated.direct,
    dev_only: stated.dev_only,
    manifest: boundName(stated.manifest, PATH_CHARS_MAX),
    paths: nonEmpty(boundNames(stated.paths)),
    purl: boundName(stated.purl, NAME_CHARS_MAX),
  });
}

function boundAdvisory(stated: Advisory): Advisory {
  return withoutAbsent({
    ids: [...new Set(boundNames(stated.ids))],
    url: boundName(stated.url, NAME_CHARS_MAX),
    cvss: nonEmpty(stated.cvss?.slice(0, PACKAGE_LIST_MAX).map(boundCvss)),
    reachability: stated.reachability,
    vex: stated.vex && boundVex(stated.vex),
  });
}

function boundCvss(stated: Cvss): Cvss {
  const [vector, source] = [
    boundName(stated.vector, NAME_CHARS_MAX),
    boundName(stated.source, NAME_CHARS_MAX),
  ];
  return withoutAbsent({ ...stated, vector, source });
}

function boundVex({ status, justification }: Vex): Vex {
  return justification === undefined
    ? { status }
    : { status, justification: boundText(justification, MESSAGE_CHARS_MAX) };
}

function boundSuppression(stated: Suppression): Suppression {
  return stated.reason === undefined
    ? stated
    : { ...stated, reason: boundText(stated.reason, MESSAGE_CHARS_MAX) };
}

/** Keys are kept in their order, but for those that there is no room for; `truncated` says that there were such. */
function boundExtra(extra: FindingDraft['extra']): FindingDraft['extra'] {
  if (extra === undefined) return undefined;
  const kept: Record<string, unknown> = {};
  let room = EXTRA_BYTES_MAX;
  let count = 0;
  let isTruncated = false;
  for (const key of Object.keys(extra).slice(0, EXTRA_KEYS_MAX)) {
    const json = JSON.stringify(extra[key]);
    if (json === undefined) continue;
    if (key.length + json.length > room) {
      isTruncated = true;
      continue;
    }
    room -= key.length + json.length;
    count++;
    // Through text and back: nothing of the document it came from stays in memory.
    defineField(kept, boundText(key, NAME_CHARS_MAX), parseStorable(json));
  }
  if (isTruncated) kept.truncated = true;
  return count === 0 && !isTruncated ? undefined : kept;
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
