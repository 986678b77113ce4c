import type { Tool } from '../../../core/tool.ts';
import { createCompilerLinesParser } from './parser.ts';

/** `file:line:col: message` and its relatives, whoever prints them. */
export const tool: Tool = {
  name: 'generic/compiler-lines',
  title: 'Diagnostics of the shape file:line:column: message',
  family: 'compiler-lines',
  versions: 'eslint 10 (unix), mypy 2.4, ruff 0.17 (concise)',
  evidence: 'captured',
  docs: [
    'https://www.gnu.org/prep/standards/html_node/Errors.html',
    'https://learn.microsoft.com/visualstudio/msbuild/msbuild-diagnostic-format-for-tasks',
  ],
  logs: [
    {
      format: 'compiler-lines',
      hint: /:\d{1,7}:|:\d{1,7} - |\(\d{1,7}[,:)]/,
      isFallback: true,
      createParser: createCompilerLinesParser,
    },
  ],
};
