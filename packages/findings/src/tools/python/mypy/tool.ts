import type { Tool } from '../../../core/tool.ts';
import { missingHint } from '../missing-tool.ts';
import { createMypyJsonParser } from './json-lines.ts';
import { createMypyParser } from './parser.ts';

/** Type errors of Python, in text with or without columns and code, and as JSON lines. */
export const tool: Tool = {
  name: 'python/mypy',
  title: 'mypy',
  family: 'mypy',
  versions: 'mypy 2.4',
  evidence: 'captured',
  docs: ['https://mypy.readthedocs.io/en/stable/command_line.html#configuring-error-messages'],
  logs: [
    {
      format: 'mypy-text',
      hint: new RegExp(
        [
          '^[^\\s:]{1,400}\\.pyi?:(?:\\d{1,9}:){0,4} (?:error|note|warning): ',
          '^Found \\d{1,9} errors? in |^Success: no issues found in |^There are no \\.py|^[^\\s:]{1,400}: error: INTERNAL',
          '^mypy: (?:error: |can)|^usage: mypy|^dmypy: ',
          missingHint('mypy'),
        ].join('|'),
      ),
      createParser: createMypyParser,
    },
    { format: 'mypy-json-lines', hint: /^\{"file": "/, createParser: createMypyJsonParser },
  ],
};
