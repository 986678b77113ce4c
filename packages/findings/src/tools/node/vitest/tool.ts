import type { Tool } from '../../../core/tool.ts';
import { parseTestResults } from '../test-results-json.ts';
import { missingTool } from '../missing-tool.ts';
import { createVitestParser } from './parser.ts';

export const tool: Tool = {
  name: 'node/vitest',
  title: 'Vitest',
  family: 'vitest',
  versions: '5.1',
  evidence: 'captured',
  docs: ['https://vitest.dev/guide/reporters'],
  logs: [
    {
      format: 'vitest-text',
      hint: /^ RUN  v\d| FAIL  \S|^⎯{3,60} [A-Z]|^ {1,10}(?:Test Files|Tests|Errors|Duration)  |^No test files found, exiting/,
      createParser: createVitestParser,
    },
    missingTool('vitest'),
  ],
  reports: [
    {
      format: 'vitest-json',
      sniff: ({ text }) =>
        /^\{\s{0,20}"numTotalTestSuites":/.test(text) && !text.includes('"numRuntimeErrorTestSuites":'),
      parse: (file, reader) => parseTestResults(file, reader, { tool: 'vitest', separator: ' > ' }),
    },
  ],
};
