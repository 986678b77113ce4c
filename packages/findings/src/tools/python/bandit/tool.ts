import type { Tool } from '../../../core/tool.ts';
import { missingHint } from '../missing-tool.ts';
import { createBanditParser } from './parser.ts';
import { parseBanditJson } from './report.ts';

/** Security linter. Its SARIF and JUnit are read by the generic tools. */
export const tool: Tool = {
  name: 'python/bandit',
  title: 'Bandit',
  family: 'bandit',
  versions: 'bandit 1.9',
  evidence: 'captured',
  docs: ['https://bandit.readthedocs.io/en/latest/formatters/index.html'],
  logs: [
    {
      format: 'bandit-text',
      hint: new RegExp(
        [
          '^Run started:\\d{4}-|^>> Issue: \\[B\\d{3}:|^\\[main\\]\\tERROR\\t|^Run metrics:$',
          '^[^\\s:]{1,300}:\\d{1,7}: B\\d{3}\\[bandit\\]: ',
          missingHint('bandit'),
        ].join('|'),
      ),
      createParser: createBanditParser,
    },
  ],
  reports: [
    {
      format: 'bandit-json',
      sniff: ({ text }) =>
        /^\{\s{0,20}"errors":/m.test(text) && /"generated_at":/.test(text) && /"metrics":/.test(text),
      parse: parseBanditJson,
    },
  ],
};
