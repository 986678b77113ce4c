// One diagnostic of the Swift compiler and the finding it makes.
import type { FindingLevel } from '@crafting-table/contracts/finding';
import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { StatedRegion } from '../../../core/region.ts';
import { COMPILER_SEVERITY, levelFromWord } from '../../../core/severity.ts';

export type SwiftDiagnostic = {
  path: string;
  region: StatedRegion;
  word: string;
  level: FindingLevel;
  message: string;
  /** The group in brackets behind the message, since 6.2. */
  group?: string | undefined;
};

const LINE =
  /^(?<path>[^\s:][^:]{0,400}\.swift):(?<line>\d{1,7}):(?<col>\d{1,7}): (?<word>error|warning|note): (?<message>.*)$/;
const GROUP = / \[#(?<group>\w{1,100})\]$/;

export function readDiagnostic(line: string): SwiftDiagnostic | undefined {
  const groups = LINE.exec(line)?.groups;
  if (groups === undefined) return undefined;
  const { path = '', word = '', message = '' } = groups;
  return {
    path,
    region: { line: Number(groups.line), col: Number(groups.col) },
    word,
    level: levelFromWord(word) ?? 'error',
    message: message.replace(GROUP, ''),
    group: GROUP.exec(message)?.groups?.group,
  };
}

export function diagnosticToDraft(diagnostic: SwiftDiagnostic, logLine: number): FindingDraft {
  const { path, region, word, level, message, group } = diagnostic;
  return {
    kind: level === 'error' ? 'compile_error' : 'compile_warning',
    severity: COMPILER_SEVERITY[level],
    level,
    rawSeverity: word,
    text: message,
    place: { path, region },
    rule: { id: group },
    logLine,
  };
}
