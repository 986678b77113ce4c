import type { Tool } from '../../../core/tool.ts';
import { createCompilerLinesParser } from './parser.ts';

/** `file:line:col: message` and its relatives, whoever prints them. */
export const compilerLines: Tool = {
  name: 'generic/compiler-lines',
  ecosystem: 'generic',
  family: 'compiler-lines',
  formats: ['compiler-lines'],
  cost: 'line',
  versions: 'gcc 12.2, go 1.26, javac 17, tsc 7.0, eslint 10 (unix), mypy 2.4, ruff 0.17 (concise)',
  docs: [
    'https://www.gnu.org/prep/standards/html_node/Errors.html',
    'https://learn.microsoft.com/visualstudio/msbuild/msbuild-diagnostic-format-for-tasks',
  ],
  log: {
    hint: /:\d{1,7}:|:\d{1,7} - |\(\d{1,7}[,:)]/,
    createParser: createCompilerLinesParser,
  },
};
