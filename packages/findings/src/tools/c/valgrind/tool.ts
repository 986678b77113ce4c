import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createValgrindParser } from './parser.ts';
import { parseValgrindXml } from './report.ts';

/** valgrind, mostly memcheck: its text, and XML protocol 4. */
export const tool: Tool = {
  name: 'c/valgrind',
  title: 'Valgrind',
  family: 'valgrind',
  versions: 'Valgrind 3.19',
  evidence: 'captured',
  docs: ['https://valgrind.org/docs/manual/mc-manual.html#mc-manual.errormsgs'],
  logs: [
    { format: 'valgrind-text', hint: /^==\d{1,9}== |^valgrind: /, createParser: createValgrindParser },
    missingCommand('valgrind'),
  ],
  reports: [
    {
      format: 'valgrind-xml',
      sniff: ({ xmlRoot }) => xmlRoot === 'valgrindoutput',
      parse: parseValgrindXml,
    },
  ],
};
