// One line of `findings.jsonl`. Needed are `kind` and `message`; every field is checked against the contract by itself, and
// what does not fit, or is not of the contract at all, goes to `extra`.
import { Completeness, Finding, FINDING_KINDS } from '@crafting-table/contracts/finding';
import type { FindingDraft } from '../../../core/finding-collector.ts';
import { LINTER_SEVERITY } from '../../../core/severity.ts';
import type { ToolRunDraft } from '../../../core/tool.ts';
import {
  asRecord,
  field,
  isRecord,
  type JsonRecord,
  recordAt,
  stringAt,
} from '../../../engine/json-fields.ts';

export type FindingLine =
  | { state: 'finding'; tool: string | undefined; draft: FindingDraft }
  | { state: 'tool run'; tool: string | undefined; run: ToolRunDraft }
  | { state: 'unreadable'; note: string };

/** One of these is in every line that can be read; most lines of JSON have neither. */
export const KIND_FIELD = new RegExp(`"kind": ?"(?:${FINDING_KINDS.join('|')})"`);
export const TOOL_RUN = /^\{\s?"tool_run":\s?\{/;

/** A line that is longer than this is a mistake. */
const LINE_CHARS_MAX = 64 * 1024;
/** Fields that a recipe cannot know: the farm fills them in. */
const FARMS_OWN = new Set(['subproject', 'source', 'more_sources', 'occurrences']);
type Field = keyof typeof Finding.shape;

export function readFindingLine(line: string): FindingLine {
  const record = line.length > LINE_CHARS_MAX ? undefined : parseObject(line);
  if (record === undefined) return { state: 'unreadable', note: 'it is no JSON object' };
  const toolRun = field(record, 'tool_run');
  if (isRecord(toolRun)) return readToolRun(toolRun);
  // Findings as this repository's own samples hold them.
  const inner = field(record, 'finding');
  return readFindingRecord(isRecord(inner) ? inner : record);
}

function parseObject(line: string): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined; // The caller says so.
  }
}

/** A finding in the shape of the contract, whatever it stands in. */
export function readFindingRecord(record: JsonRecord): FindingLine {
  const read = <Key extends Field>(key: Key) => {
    const checked = Finding.shape[key].safeParse(field(record, key));
    return checked.success ? (checked.data as Finding[Key]) : undefined; // Checked by that very field's schema.
  };
  const kind = read('kind');
  const message = read('message');
  if (kind === undefined) return { state: 'unreadable', note: 'its kind is none of the known ones' };
  if (message === undefined || message.trim() === '')
    return { state: 'unreadable', note: 'it has no message' };
  const level = read('level') ?? 'warning';
  const fingerprints = read('native_fingerprints');
  const draft: FindingDraft = {
    kind,
    level,
    severity: read('severity') ?? LINTER_SEVERITY[level],
    text: message,
    detail: read('detail'),
    place: { path: read('path') ?? read('path_raw'), region: regionOf(read('region')) },
    related: (read('related') ?? []).map((place) => ({
      path: place.path ?? place.path_raw,
      region: regionOf(place.region),
      message: place.message,
    })),
    rule: { id: read('rule_id'), name: read('rule_name'), url: read('rule_url') },
    rawSeverity: read('raw_severity'),
    cwe: read('cwe') ?? [],
    package: read('package'),
    advisory: read('advisory'),
    fixable: read('fixable'),
    help: read('help'),
    suppressed: read('suppressed'),
    extra: leftOver(record),
  };
  const test = read('test');
  if (test !== undefined) draft.test = test;
  if (fingerprints !== undefined) draft.nativeFingerprints = new Map(Object.entries(fingerprints));
  return { state: 'finding', tool: stringAt(record, 'tool'), draft };
}

function regionOf(region: Finding['region']) {
  return region && { ...region, endLine: region.end_line, endCol: region.end_col };
}

/** Fields of the contract that fit were used; everything else is kept as it is. */
function leftOver(record: JsonRecord): Record<string, unknown> {
  const others = Object.entries(record).filter(([key, value]) => {
    if (key === 'extra' || FARMS_OWN.has(key)) return false;
    const known = Object.hasOwn(Finding.shape, key) ? Finding.shape[key as Field] : undefined; // Just asked.
    return known === undefined || !known.safeParse(value).success;
  });
  return { ...recordAt(record, 'extra'), ...Object.fromEntries(others) };
}

/** `{"tool_run": {"tool": "x", "completeness": "complete", "claimed": {"findings": 3}}}` says that a tool ran, findings or not. */
function readToolRun(stated: JsonRecord): FindingLine {
  const completeness = Completeness.safeParse(field(stated, 'completeness'));
  return {
    state: 'tool run',
    tool: stringAt(stated, 'tool'),
    run: {
      completeness: completeness.success ? completeness.data : 'unknown',
      version: stringAt(stated, 'version'),
      claimed: numbersOf(recordAt(stated, 'claimed')),
      parsed: numbersOf(recordAt(stated, 'parsed')),
      note: stringAt(stated, 'note'),
    },
  };
}

function numbersOf(record: JsonRecord): Record<string, number> | undefined {
  const numbers = Object.entries(asRecord(record)).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && Number.isFinite(entry[1]),
  );
  return numbers.length === 0 ? undefined : Object.fromEntries(numbers.slice(0, 20));
}
