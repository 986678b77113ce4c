import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createStaticcheckJsonParser } from './json-lines.ts';
import { createStaticcheckParser } from './parser.ts';

/** Staticcheck's text and JSON lines; its SARIF is read by the generic tool. A clean run prints nothing. */
export const tool: Tool = {
  name: 'go/staticcheck',
  title: 'Staticcheck',
  family: 'staticcheck',
  versions: 'staticcheck 2026.2',
  evidence: 'captured',
  docs: ['https://staticcheck.dev/docs/running-staticcheck/cli/formatters/'],
  logs: [
    {
      format: 'staticcheck-text',
      hint: / \((?:SA|S|ST|QF|U)\d{4}\)$|^-: # \S/,
      createParser: createStaticcheckParser,
    },
    { format: 'staticcheck-json', hint: /^\{"code":"/, createParser: createStaticcheckJsonParser },
    missingCommand('staticcheck'),
  ],
};
