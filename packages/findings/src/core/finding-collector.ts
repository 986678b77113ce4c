// Parsers hand in drafts; here they become findings: bounded texts, mapped paths, one source, duplicates counted.
import type {
  Advisory,
  Finding,
  FindingSource,
  PackageDetail,
  RelatedPlace,
  TestDetail,
} from '@crafting-table/contracts/finding';
import { boundName, boundText, splitMessage } from './bounded-text.ts';
import {
  boundAdvisory,
  boundExtra,
  boundFingerprints,
  boundNames,
  boundPackage,
  boundSuppression,
  boundTest,
} from './bound-details.ts';
import { createFindingSet } from './finding-set.ts';
import {
  CWE_MAX,
  DETAIL_CHARS_MAX,
  FINDINGS_PER_TOOL_MAX,
  MESSAGE_CHARS_MAX,
  NAME_CHARS_MAX,
  PATH_CHARS_MAX,
  RELATED_PLACES_MAX,
} from './limits.ts';
import { nonEmpty, withoutAbsent } from './present.ts';
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
