import type { Tool } from '../../../core/tool.ts';
import { missingHint } from '../missing-tool.ts';
import { createRuffLinesParser } from './json-lines.ts';
import { createRuffParser } from './parser.ts';
import { parseRuffJson } from './report.ts';

/** `ruff check` and `ruff format --check`, which share their layouts. Its SARIF and JUnit are read by the generic tools. */
export const tool: Tool = {
  name: 'python/ruff',
  title: 'Ruff',
  family: 'ruff',
  versions: 'ruff 0.17',
  evidence: 'captured',
  docs: ['https://docs.astral.sh/ruff/settings/#output-format'],
  logs: [
    {
      format: 'ruff-text',
      hint: new RegExp(
        [
          '^[A-Z]{1,8}\\d{2,5} |^invalid-syntax: |^unformatted: ',
          '^[^\\s:]{1,300}\\.(?:pyi?|ipynb|toml):|^[^\\s:]{1,300}:\\d{1,7}:\\d{1,7}: (?:[A-Z]{1,8}\\d{2,5}|invalid-syntax:) ',
          '^ {1,8}\\d{1,7}:\\d{1,7} {1,8}(?:[A-Z]{1,8}\\d{2,5}|invalid-syntax:) ',
          '^\\d{1,7}\\t[A-Z ]|^Found \\d{1,9} errors?[ .]|^All checks passed!|^Would fix \\d|^warning: No Python files found|^ruff failed',
          '^\\d{1,9} files? (?:would be |already |re|left )|^Would reformat: |^error: Failed to |^--- \\S{1,300}\\.py',
          missingHint('ruff'),
        ].join('|'),
      ),
      createParser: createRuffParser,
    },
    { format: 'ruff-json-lines', hint: /^\{"cell":/, createParser: createRuffLinesParser },
  ],
  reports: [
    {
      format: 'ruff-json',
      sniff: ({ text }) => /^\[\s{0,20}\{\s{0,20}"cell":/m.test(text),
      parse: parseRuffJson,
    },
  ],
};
