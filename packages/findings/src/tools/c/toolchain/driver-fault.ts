// The driver itself complains: about its options, about files that are not there, about a compiler that was killed.
import type { FindingDraft } from '../../../core/finding-collector.ts';
import { COMPILER_SEVERITY } from '../../../core/severity.ts';

const PROGRAMS = String.raw`(?:[\w.]{1,30}-){0,5}(?:gcc|g\+\+|cc1(?:plus|obj|objplus)?|cc|c\+\+|clang(?:\+\+)?)(?:-\d{1,3})?`;
const FAULT = new RegExp(
  `^(?:[^\\s:]{0,200}/)?(?<program>${PROGRAMS}): (?<word>fatal error|error|warning): (?<message>.*)$`,
);

/** Source for a hint, which asks less than the reader because every line is tried. */
export const DRIVER_HINT = '^[^\\s:]{1,200}: (?:fatal error|error|warning): ';
/** Source: what the compilers are called on a command line. */
export const COMPILER_NAMES = String.raw`(?:[\w.]{1,30}-){0,5}(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+)(?:-\d{1,3}(?:\.\d{1,2})?)?`;

export function readDriverFault(head: string): FindingDraft | undefined {
  const { program, word, message } = FAULT.exec(head)?.groups ?? {};
  if (message === undefined || word === undefined || message.startsWith('linker command failed'))
    return undefined;
  const level = word === 'warning' ? 'warning' : 'error';
  const isKilled = /^Killed signal terminated program|^unable to execute command: Killed/.test(message);
  const isCrash =
    isKilled || /signal terminated program|frontend command failed|unable to execute command/.test(message);
  return {
    kind: isKilled ? 'infra_error' : isCrash ? 'tool_error' : 'config_error',
    level,
    severity: COMPILER_SEVERITY[level],
    text: `${program}: ${message}`,
    rawSeverity: word,
  };
}
