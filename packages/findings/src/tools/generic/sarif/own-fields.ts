// What the farm's own export could not say in SARIF's words: `properties.craftingTable` of a result.
import { OCCURRENCES_MAX } from '../../../core/limits.ts';
import type { FindingDraft } from '../../../core/finding-collector.ts';
import { type JsonRecord, numberAt, recordAt, recordsAt, stringAt } from '../../../engine/json-fields.ts';
import { readFindingRecord } from '../findings-jsonl/finding-line.ts';

/**
 * The finding as it was before it was exported. What SARIF has a place for is read from there, everything else from our
 * own properties; each of their fields is checked against the contract, since anybody may have written them.
 */
export function withOwnFields(draft: FindingDraft, result: JsonRecord): FindingDraft {
  const own = recordAt(recordAt(result, 'properties'), 'craftingTable');
  if (stringAt(own, 'kind') === undefined) return draft;
  const read = readFindingRecord({ ...own, message: draft.text });
  if (read.state !== 'finding') return draft;
  const { place, related, nativeFingerprints: _absent, ...fields } = read.draft;
  return {
    ...draft,
    ...fields,
    text: draft.text,
    level: draft.level,
    rule: draft.rule ?? {},
    cwe: draft.cwe ?? [],
    place: isInside(result) ? { path: draft.place?.path, region: place?.region } : place,
    related: related ?? [],
    suppressed: fields.suppressed ?? draft.suppressed,
    extra: recordAt(own, 'extra'),
    occurrences: Math.min(Math.max(1, Math.trunc(numberAt(result, 'occurrenceCount') ?? 1)), OCCURRENCES_MAX),
  };
}

/** The export names a place in the repository by its base, and any other as a URI, which our own properties have verbatim. */
function isInside(result: JsonRecord): boolean {
  const physical = recordAt(recordsAt(result, 'locations')[0] ?? {}, 'physicalLocation');
  return stringAt(recordAt(physical, 'artifactLocation'), 'uriBaseId') !== undefined;
}
