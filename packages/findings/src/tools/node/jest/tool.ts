import type { Tool } from '../../../core/tool.ts';
import { missingTool } from '../missing-tool.ts';
import { parseTestResults } from '../test-results-json.ts';
import { createJestParser } from './parser.ts';

export const tool: Tool = {
  name: 'node/jest',
  title: 'Jest',
  family: 'jest',
  versions: '30',
  evidence: 'captured',
  docs: ['https://jestjs.io/docs/cli#--json', 'https://jestjs.io/docs/configuration#reporters'],
  logs: [
    {
      format: 'jest-text',
      hint: /^ ?(?:FAIL|PASS) {1,2}\S|^ {2}● \S|^Tests: {1,8}\d|^No tests found, exiting|^Summary of all failing tests/,
      createParser: createJestParser,
    },
    missingTool('jest'),
  ],
  reports: [
    {
      format: 'jest-json',
      sniff: ({ text }) =>
        text.startsWith('{') && text.slice(0, 600).includes('"numRuntimeErrorTestSuites":'),
      parse: (file, reader) => parseTestResults(file, reader, { tool: 'jest', separator: ' › ' }),
    },
  ],
};
