import type { FindingDraft } from '../../../core/finding-collector.ts';
import { COMPILER_SEVERITY, levelFromWord } from '../../../core/severity.ts';
import type { LogLine } from '../../../core/tool.ts';

const PATH = String.raw`(?<path>(?:[A-Za-z]:[\\/])?[^\s:<>"|*?][^:<>"|*?]{0,400})`;
const CODE = String.raw`(?<word>error|warning) (?<code>TS\d{1,6}): `;
const PLACE = String.raw`(?<line>\d{1,7})[,:](?<col>\d{1,7})`;
/** `f(1,2): error TS1: `; `f:1:2 - error TS1: ` on terminals; `error TS1: ` without a place. */
const HEADS = [`^${PATH}\\(${PLACE}\\): ${CODE}`, `^${PATH}:${PLACE} - ${CODE}`, `^${CODE}`].map(
  (source) => new RegExp(source),
);

export type TscDiagnostic = {
  draft: FindingDraft;
  /** Nothing of the project was compiled: the command line or tsconfig.json is wrong. */
  isStop: boolean;
  isPretty: boolean;
};

export function readTscDiagnostic(line: LogLine): TscDiagnostic | undefined {
  for (const [index, head] of HEADS.entries()) {
    const match = head.exec(line.head);
    if (match?.groups === undefined) continue;
    const { path, code = '', word = '' } = match.groups;
    const level = levelFromWord(word) ?? 'error';
    const isConfiguration = /^TS(?:5\d{3}|6\d{3}|18\d{3})$/.test(code) && (path?.endsWith('.json') ?? true);
    const draft: FindingDraft = {
      kind: isConfiguration ? 'config_error' : 'type_error',
      level,
      severity: COMPILER_SEVERITY[level],
      text: line.text.slice(match[0].length),
      rule: { id: code },
      rawSeverity: word,
      logLine: line.number,
    };
    if (path !== undefined) {
      draft.place = { path, region: { line: Number(match.groups.line), col: Number(match.groups.col) } };
    }
    return { draft, isStop: isConfiguration && path === undefined, isPretty: index === 1 };
  }
  return undefined;
}
