import { FINDING_KINDS } from '@crafting-table/contracts/finding';
import type { Tool } from '../../../core/tool.ts';
import { createFindingLinesParser, parseFindingsFile } from './parser.ts';

const KINDS = FINDING_KINDS.join('|');
const KIND = new RegExp(String.raw`^\{[^\n]{0,2000}"kind": ?"(?:${KINDS})"`);
const TOOL_RUN = /^\{\s?"tool_run":\s?\{/;

/** Our own format: a recipe may report anything, one finding in each line. */
export const tool: Tool = {
  name: 'generic/findings-jsonl',
  title: 'Findings as JSON lines',
  family: 'findings-jsonl',
  versions: 'the finding of packages/contracts',
  evidence: 'documented',
  docs: ['packages/contracts/src/finding.ts'],
  logs: [
    {
      format: 'findings-jsonl',
      hint: new RegExp(`${KIND.source}|${TOOL_RUN.source}`),
      createParser: createFindingLinesParser,
    },
  ],
  reports: [
    {
      format: 'findings-jsonl',
      sniff: ({ text }) =>
        (KIND.test(text) && /^\{[^\n]{0,8000}"message":/.test(text)) || TOOL_RUN.test(text),
      parse: parseFindingsFile,
    },
  ],
};
