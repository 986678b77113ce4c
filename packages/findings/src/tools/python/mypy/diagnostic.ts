// One diagnostic of mypy and the finding it makes.
import type { FindingLevel } from '@crafting-table/contracts/finding';
import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { StatedRegion } from '../../../core/region.ts';
import { COMPILER_SEVERITY, levelFromWord } from '../../../core/severity.ts';

export type MypyDiagnostic = {
  path: string;
  region: StatedRegion;
  level: FindingLevel;
  message: string;
  /** In brackets behind the message, after two blanks. */
  code?: string | undefined;
};

const LINE =
  /^(?<path>[^\s:][^:]{0,400}\.pyi?):(?:(?<line>\d{1,9}):)?(?:(?<col>\d{1,9}):)?(?:(?<endLine>\d{1,9}):(?<endCol>\d{1,9}):)? (?<word>error|note|warning): (?<message>.*)$/;
const CODE = /^[a-z][a-z0-9-]{1,60}$/;

export function readMypyLine(line: string): MypyDiagnostic | undefined {
  const groups = LINE.exec(line)?.groups;
  if (groups === undefined) return undefined;
  const { message, code } = splitCode(groups.message ?? '');
  return {
    path: groups.path ?? '',
    region: {
      line: number(groups.line),
      col: number(groups.col),
      endLine: number(groups.endLine),
      endCol: number(groups.endCol),
    },
    level: levelFromWord(groups.word ?? '') ?? 'error',
    message,
    code,
  };
}

/** `message  [code]`. */
export function splitCode(text: string): { message: string; code?: string } {
  const open = text.endsWith(']') ? text.lastIndexOf(' [') : -1;
  const code = text.slice(open + 2, -1);
  if (open < 0 || !CODE.test(code)) return { message: text.trimEnd() };
  return { message: text.slice(0, open).trimEnd(), code };
}

export function diagnosticToDraft(
  diagnostic: MypyDiagnostic,
  logLine: number,
  notes: FindingDraft['related'] = [],
): FindingDraft {
  const { path, region, level, message, code } = diagnostic;
  return {
    kind: code === 'syntax' ? 'compile_error' : region.line === undefined ? 'config_error' : 'type_error',
    severity: COMPILER_SEVERITY[level],
    level,
    text: message,
    place: { path, region },
    related: notes,
    rule: {
      id: code,
      url: code && `https://mypy.readthedocs.io/en/stable/_refs.html#code-${code}`,
    },
    rawSeverity: level,
    logLine,
  };
}

function number(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
