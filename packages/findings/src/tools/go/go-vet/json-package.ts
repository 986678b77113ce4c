import type { FindingDraft } from '../../../core/finding-collector.ts';
import { asRecord, field, isRecord, type JsonRecord, listAt, stringAt } from '../../../engine/json-fields.ts';
import { TOOL_FAULT } from '../../../engine/tool-fault.ts';
import { toVetDraft } from './parser.ts';

/** `{package: {analyzer: [{posn, message}]}}`, or `{error}` instead of the list when the analyzer broke. */
export function isVetDocument(value: unknown): value is JsonRecord {
  return (
    isRecord(value) &&
    Object.values(value).every(
      (analyzers) =>
        isRecord(analyzers) &&
        Object.values(analyzers).every(
          (found) =>
            isRecord(found) ||
            (Array.isArray(found) && found.every((one) => stringAt(asRecord(one), 'posn') !== undefined)),
        ),
    )
  );
}

export function readVetDocument(document: JsonRecord): FindingDraft[] {
  return Object.values(document).flatMap((analyzers) =>
    Object.keys(asRecord(analyzers)).flatMap((analyzer) => readAnalyzer(asRecord(analyzers), analyzer)),
  );
}

function readAnalyzer(analyzers: JsonRecord, analyzer: string): FindingDraft[] {
  const error = stringAt(asRecord(field(analyzers, analyzer)), 'error');
  if (error !== undefined) {
    return [{ ...TOOL_FAULT, text: error, rule: { id: analyzer } }];
  }
  return listAt(analyzers, analyzer)
    .filter(isRecord)
    .map((problem) => readProblem(problem, analyzer));
}

function readProblem(problem: JsonRecord, analyzer: string): FindingDraft {
  const start = readPosition(stringAt(problem, 'posn') ?? '');
  const end = readPosition(stringAt(problem, 'end') ?? '');
  const draft = toVetDraft({
    path: start.path,
    region: { line: start.line, col: start.col, endLine: end.line, endCol: end.col, unit: 'byte' },
    message: stringAt(problem, 'message') ?? '',
    analyzer,
  });
  const fix = listAt(problem, 'suggested_fixes').find(isRecord);
  return fix === undefined ? draft : { ...draft, fixable: 'unsafe', help: stringAt(fix, 'message') };
}

function readPosition(posn: string): { path: string; line?: number; col?: number } {
  const groups = /^(?<path>.{1,1000}?):(?<line>\d{1,9})(?::(?<col>\d{1,9}))?$/.exec(
    posn.slice(0, 1100),
  )?.groups;
  if (groups?.path === undefined) return { path: posn };
  const place = { path: groups.path, line: Number(groups.line) };
  return groups.col === undefined ? place : { ...place, col: Number(groups.col) };
}
