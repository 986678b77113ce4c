import type { Tool } from '../../../core/tool.ts';
import { missingTool } from '../missing-tool.ts';
import { createMochaParser } from './parser.ts';

/** The end of the spec reporter, which the dot, list and nyan reporters print as well. */
export const tool: Tool = {
  name: 'node/mocha',
  title: 'Mocha',
  family: 'mocha',
  versions: '11',
  evidence: 'captured',
  docs: ['https://mochajs.org/#reporters'],
  logs: [
    {
      format: 'mocha-spec',
      hint: /^ {2}\d{1,7} (?:passing|pending|failing)\b|^Error: No test files found| Exception during run: /,
      createParser: createMochaParser,
    },
    missingTool('mocha'),
  ],
};
