import type { Tool } from '../../../core/tool.ts';
import { KIND_FIELD, TOOL_RUN } from './finding-line.ts';
import { createFindingLinesParser, parseFindingsFile } from './parser.ts';

const KIND = new RegExp(String.raw`^\{[^\n]{0,2000}${KIND_FIELD.source}`);

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
      hint: /^\{\s?"/,
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
