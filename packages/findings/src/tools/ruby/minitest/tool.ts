import type { Tool } from '../../../core/tool.ts';
import { createMinitestParser } from './parser.ts';

/** The summary of Minitest, on its own or below Rails, whose reporter prints the failures without numbers. */
export const tool: Tool = {
  name: 'ruby/minitest',
  title: 'Minitest',
  family: 'minitest',
  versions: 'minitest 5.15',
  evidence: 'captured',
  docs: ['https://docs.seattlerb.org/minitest/'],
  logs: [
    {
      format: 'minitest-text',
      hint: /^(?: {2}\d{1,6}\) )?(?:Failure|Error|Skipped):$|^\d{1,7} runs, \d{1,7} assertions, /,
      createParser: createMinitestParser,
    },
  ],
};
