import type { Tool } from '../../../core/tool.ts';
import { createUnittestParser } from './parser.ts';

/** The test runner of the standard library, on its own or below Django and others. */
export const tool: Tool = {
  name: 'python/unittest',
  title: 'unittest',
  family: 'unittest',
  versions: 'CPython 3.11',
  evidence: 'captured',
  docs: ['https://docs.python.org/3/library/unittest.html'],
  logs: [
    {
      format: 'unittest-text',
      hint: /^(?:ERROR|FAIL|UNEXPECTED SUCCESS): \w{1,200} \(|^Ran \d{1,9} tests? in \d/,
      createParser: createUnittestParser,
    },
  ],
};
