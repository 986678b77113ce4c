// One error as PHPStan states it, in whatever format, and the finding it makes.
import type { FindingDraft } from '../../../core/finding-collector.ts';
import { COMPILER_SEVERITY, LINTER_SEVERITY } from '../../../core/severity.ts';

export type PhpstanProblem = {
  /** Absent for an error that belongs to no file. */
  path?: string | undefined;
  line?: number | undefined;
  message: string;
  identifier?: string | undefined;
  tip?: string | undefined;
  logLine?: number;
};

export function problemToDraft(problem: PhpstanProblem): FindingDraft {
  const { path, line, message, tip, logLine } = problem;
  const isSyntax = message.startsWith('Syntax error, ');
  // What cannot be ignored has its identifier in JSON only.
  const identifier = problem.identifier ?? (isSyntax ? 'phpstan.parse' : undefined);
  return {
    kind: isSyntax ? 'compile_error' : path === undefined ? 'config_error' : 'type_error',
    severity: isSyntax ? COMPILER_SEVERITY.error : LINTER_SEVERITY.error,
    level: 'error',
    text: message,
    // A trait is analysed once for each class that uses it: `a.php (in context of class B)`.
    place:
      path === undefined ? undefined : { path: path.replace(/ \(in context of [^]*/, ''), region: { line } },
    rule: { id: identifier, url: identifier && `https://phpstan.org/error-identifiers/${identifier}` },
    help: tip,
    ...(logLine === undefined ? {} : { logLine }),
  };
}
