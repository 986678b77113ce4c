import type { Suppression } from '@crafting-table/contracts/finding';
import type { FindingDraft } from '../../../core/finding-collector.ts';
import { MESSAGE_CHARS_MAX, RELATED_PLACES_MAX } from '../../../core/limits.ts';
import {
  field,
  type JsonRecord,
  listAt,
  recordAt,
  recordsAt,
  stringAt,
} from '../../../engine/json-fields.ts';
import type { LocationReader } from './location.ts';
import { readMessage } from './message.ts';
import type { RuleBook } from './rules.ts';
import { judge } from './verdict.ts';

/** One result → one draft. The first location is the place, further ones and the related ones stay beside it. */
export function readResult(result: JsonRecord, rules: RuleBook, readLocation: LocationReader): FindingDraft {
  const rule = rules.find(result);
  const [first, ...others] = recordsAt(result, 'locations').slice(0, RELATED_PLACES_MAX + 1);
  const related = [...others, ...recordsAt(result, 'relatedLocations').slice(0, RELATED_PLACES_MAX)];
  const message = readMessage(recordAt(result, 'message'), rule.record);
  return {
    ...judge(result, rule.record, rule.id),
    text: message ?? stringAt(recordAt(rule.record, 'shortDescription'), 'text') ?? rule.id ?? '(no message)',
    rule: {
      id: rule.id,
      name: stringAt(rule.record, 'name'),
      url: stringAt(rule.record, 'helpUri'),
    },
    place: first && readLocation(first),
    related: related.map((location) => ({
      ...readLocation(location),
      message: stringAt(recordAt(location, 'message'), 'text'),
    })),
    suppressed: readSuppression(result),
    nativeFingerprints: readFingerprints(result),
    extra: readExtra(result, first),
  };
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
  return extra;
}
