import type { Advisory, Suppression } from '@crafting-table/contracts/finding';
import type { FindingDraft } from '../../../core/finding-collector.ts';
import { MESSAGE_CHARS_MAX, RELATED_PLACES_MAX } from '../../../core/limits.ts';
import {
  field,
  type JsonRecord,
  listAt,
  numberAt,
  othersOf,
  recordAt,
  recordsAt,
  stringAt,
  stringsAt,
} from '../../../engine/json-fields.ts';
import type { LocationReader } from './location.ts';
import { readMessage } from './message.ts';
import { withOwnFields } from './own-fields.ts';
import type { RuleBook, SarifRule } from './rules.ts';
import { judge } from './verdict.ts';

/** What is read of a result, in whole or, of flows and fixes, in part. */
const READ = new Set(
  [
    'ruleId ruleIndex rule kind level message locations relatedLocations analysisTarget',
    'fingerprints partialFingerprints suppressions baselineState occurrenceCount taxa',
    'codeFlows fixes properties',
  ].flatMap((names) => names.split(' ')),
);
const READ_PROPERTIES = new Set(['tags', 'security-severity', 'craftingTable']);

/** What a run says once for all its results. */
export type RunFacts = {
  rules: RuleBook;
  readLocation: LocationReader;
  /** Levels of rules in this run, by their id. */
  levels: ReadonlyMap<string, string>;
};

/** One result → one draft. The first location is the place, further ones and the related ones stay beside it. */
export function readResult(result: JsonRecord, { rules, readLocation, levels }: RunFacts): FindingDraft {
  const rule = rules.find(result);
  const locations = recordsAt(result, 'locations');
  const first = locations[0];
  const related = locations
    .slice(1, RELATED_PLACES_MAX + 1)
    .concat(recordsAt(result, 'relatedLocations').slice(0, RELATED_PLACES_MAX), stepsOf(result));
  const message = readMessage(recordAt(result, 'message'), rule.record, rule.component);
  const verdict = judge(result, rule.record, rule.id, levels.get(rule.id ?? ''));
  const draft: FindingDraft = {
    ...verdict,
    text: message ?? stringAt(recordAt(rule.record, 'shortDescription'), 'text') ?? rule.id ?? '(no message)',
    rule: {
      id: rule.id,
      name: stringAt(rule.record, 'name'),
      url: stringAt(rule.record, 'helpUri'),
    },
    place: first === undefined ? readTarget(result, readLocation) : readLocation(first),
    related: related.map((location) => ({
      ...readLocation(location),
      message: stringAt(recordAt(location, 'message'), 'text'),
    })),
    advisory: verdict.kind === 'cve' ? readAdvisory(result, rule) : undefined,
    help: stringAt(recordAt(recordsAt(result, 'fixes')[0] ?? {}, 'description'), 'text'),
    suppressed: readSuppression(result),
    nativeFingerprints: readFingerprints(result),
    extra: readExtra(result, first),
  };
  return withOwnFields(draft, result);
}

/** The way of a value through the code, of the first flow only. */
function stepsOf(result: JsonRecord): JsonRecord[] {
  const flow = recordsAt(recordsAt(result, 'codeFlows')[0] ?? {}, 'threadFlows')[0] ?? {};
  return recordsAt(flow, 'locations')
    .slice(0, RELATED_PLACES_MAX)
    .map((step) => recordAt(step, 'location'));
}

/** A result of a whole file names that file only as what was analysed. */
function readTarget(result: JsonRecord, readLocation: LocationReader): ReturnType<LocationReader> {
  const target = field(result, 'analysisTarget');
  return target === undefined ? undefined : readLocation({ physicalLocation: { artifactLocation: target } });
}

/** Scanners of packages write the advisory as the rule, and further names into its tags. The package is in the message only. */
function readAdvisory(result: JsonRecord, rule: SarifRule): Advisory {
  const tags = [
    ...stringsAt(recordAt(rule.record, 'properties'), 'tags'),
    ...stringsAt(recordAt(result, 'properties'), 'tags'),
  ];
  const ids = tags.slice(0, 100).filter((tag) => /^(?:CVE-\d{4}-\d|GHSA-)/.test(tag));
  const url = stringAt(rule.record, 'helpUri');
  const advisory: Advisory = { ids: [...(rule.id === undefined ? [] : [rule.id]), ...ids] };
  return url === undefined ? advisory : { ...advisory, url };
}

/** A suppression that is still under review, or was rejected, suppresses nothing. */
function readSuppression(result: JsonRecord): Suppression | undefined {
  const accepted = recordsAt(result, 'suppressions').find((suppression) => {
    const status = stringAt(suppression, 'status');
    return status === undefined || status === 'accepted';
  });
  if (accepted === undefined) return undefined;
  const by = stringAt(accepted, 'kind') === 'inSource' ? 'source' : 'config';
  const reason = stringAt(accepted, 'justification')?.slice(0, MESSAGE_CHARS_MAX).toWellFormed();
  return reason === undefined ? { by } : { by, reason };
}

/** Some community editions fill the field with an advertisement: "requires login". */
function readFingerprints(result: JsonRecord): Map<string, string> {
  const found = new Map<string, string>();
  for (const key of ['fingerprints', 'partialFingerprints']) {
    const stated = recordAt(result, key);
    for (const name of Object.keys(stated).slice(0, 20)) {
      const value = field(stated, name);
      if (typeof value === 'string' && value.trim() !== '' && value !== 'requires login')
        found.set(name, value);
    }
  }
  return found;
}

function readExtra(result: JsonRecord, location: JsonRecord | undefined): FindingDraft['extra'] {
  const extra: NonNullable<FindingDraft['extra']> = {};
  const fixes = listAt(result, 'fixes').length;
  const codeFlows = listAt(result, 'codeFlows').length;
  const logical = location && recordsAt(location, 'logicalLocations')[0];
  const scope = logical && (stringAt(logical, 'fullyQualifiedName') ?? stringAt(logical, 'name'));
  if (fixes > 0) extra.fixes = fixes;
  if (codeFlows > 0) extra.code_flows = codeFlows;
  if (scope !== undefined) extra.scope = scope;
  const count = numberAt(result, 'occurrenceCount');
  if (count !== undefined && count > 1) extra.occurrence_count = count;
  const properties = othersOf(recordAt(result, 'properties'), READ_PROPERTIES);
  if (Object.keys(properties).length > 0) extra.properties = properties;
  return { ...extra, ...othersOf(result, READ) };
}
