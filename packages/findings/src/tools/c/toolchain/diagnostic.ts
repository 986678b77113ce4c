// What gcc and clang say of one place, and the finding it makes.
import type { FindingDraft } from '../../../core/finding-collector.ts';
import { COMPILER_SEVERITY, levelFromWord } from '../../../core/severity.ts';
import type { CDiagnostic } from '../diagnostic-line.ts';

/** `-Wunused`, `-Werror=unused`, `-Werror,-Wunused`, `-fpermissive`, `CWE-415`. Other tags are other tools' rules. */
const TAG =
  /^(?:-Werror,)?-W(?:error=)?(?<flag>[\w+=,.-]{1,100})$|^(?<option>-f[a-z-]{1,60})$|^(?<cwe>CWE-\d{1,6})$/;

/** Undefined when the tags say that another tool is speaking. */
export function compilerDraft(diagnostic: CDiagnostic): FindingDraft | undefined {
  const { word, message } = diagnostic;
  const tags = diagnostic.tags.map((tag) => TAG.exec(tag)?.groups);
  const isOthers = /^(?:style|performance|portability|information)$/.test(word);
  if (isOthers || tags.includes(undefined)) return undefined;
  const flag = tags.find((tag) => tag?.flag !== undefined)?.flag;
  const isCrash = word === 'internal compiler error';
  const level = isCrash ? 'error' : (levelFromWord(word) ?? 'error');
  return {
    kind: isCrash ? 'tool_error' : level === 'error' ? 'compile_error' : 'compile_warning',
    level,
    severity: COMPILER_SEVERITY[level],
    text: isCrash ? `${word}: ${message}` : message,
    rule: { id: flag === undefined ? tags.find((tag) => tag?.option !== undefined)?.option : `-W${flag}` },
    rawSeverity: word,
    cwe: tags.map((tag) => tag?.cwe).filter((cwe) => cwe !== undefined),
  };
}
