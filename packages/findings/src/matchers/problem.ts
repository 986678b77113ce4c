import type { ProblemMatcher, ProblemPattern } from '@crafting-table/contracts/problem-matcher';
import type { FindingDraft } from '../core/finding-collector.ts';
import type { StatedRegion } from '../core/region.ts';
import { LINTER_SEVERITY, levelFromWord } from '../core/severity.ts';

/** What the patterns of one problem have found. */
export type ProblemFields = {
  file?: string;
  fromPath?: string;
  location?: string;
  line?: string;
  column?: string;
  endLine?: string;
  endColumn?: string;
  severity?: string;
  code?: string;
  message?: string;
};

const FIELDS = [
  'file',
  'fromPath',
  'location',
  'line',
  'column',
  'endLine',
  'endColumn',
  'severity',
  'code',
  'message',
] as const satisfies readonly (keyof ProblemFields)[];

/** A group that took no part in the match says nothing. */
export function readGroups(pattern: ProblemPattern, groups: readonly (string | undefined)[]): ProblemFields {
  const fields: ProblemFields = {};
  for (const name of FIELDS) {
    const group = pattern[name];
    const value = group === undefined ? undefined : groups[group]?.trim();
    if (value !== undefined && value !== '') fields[name] = value;
  }
  return fields;
}

export function toDraft(matcher: ProblemMatcher, fields: ProblemFields, logLine: number): FindingDraft {
  const word = fields.severity ?? matcher.severity ?? 'error';
  const level =
    levelFromWord(word) ?? levelFromLetter(word) ?? levelFromWord(matcher.severity ?? 'error') ?? 'error';
  return {
    kind: matcher.kind ?? 'lint',
    level,
    severity: LINTER_SEVERITY[level],
    text: fields.message ?? fields.code ?? '(no message)',
    place: { path: pathOf(fields), region: regionOf(fields) },
    rule: { id: fields.code },
    rawSeverity: fields.severity,
    logLine,
  };
}

/** GitHub knows `notice`; pylint and others write one letter. */
function levelFromLetter(word: string): FindingDraft['level'] | undefined {
  switch (word.toLowerCase()) {
    case 'e':
    case 'f':
      return 'error';
    case 'w':
      return 'warning';
    case 'i':
    case 'n':
    case 'notice':
      return 'note';
    default:
      return undefined;
  }
}

function pathOf({ file, fromPath }: ProblemFields): string | undefined {
  if (file === undefined || fromPath === undefined || /^(?:[\\/]|[A-Za-z]:)/.test(file)) return file;
  const folderEnd = Math.max(fromPath.lastIndexOf('/'), fromPath.lastIndexOf('\\'));
  return folderEnd < 0 ? file : `${fromPath.slice(0, folderEnd + 1)}${file}`;
}

function regionOf(fields: ProblemFields): StatedRegion {
  const [line, col, endLine, endCol] = (fields.location ?? '').split(/[,:]/).map(number);
  return {
    line: number(fields.line) ?? line,
    col: number(fields.column) ?? col,
    endLine: number(fields.endLine) ?? endLine,
    endCol: number(fields.endColumn) ?? endCol,
  };
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,10}\s*$/.test(text) ? Number(text) : undefined;
}
