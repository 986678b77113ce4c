import type { Tool } from '../../../core/tool.ts';
import { createNodeTestParser } from './parser.ts';

/** `node --test` with its spec reporter, the default since Node 23 and before that on terminals. */
export const tool: Tool = {
  name: 'node/node-test',
  title: 'node:test',
  family: 'node-test',
  versions: 'node 24',
  evidence: 'captured',
  docs: ['https://nodejs.org/api/test.html#test-reporters'],
  logs: [
    {
      format: 'node-test-spec',
      hint: /^ {0,60}(?:✖ \S|▶ \S|✔ \S)|^ℹ [a-z_]{4,12} \d|^test at \S|^Could not find '/,
      createParser: createNodeTestParser,
    },
  ],
};
