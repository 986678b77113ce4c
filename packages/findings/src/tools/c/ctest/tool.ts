import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { parseLastTest } from './last-test.ts';
import { createCtestParser } from './parser.ts';

/** CTest's own text and the log it keeps. Its JUnit XML is read like everybody's. */
export const tool: Tool = {
  name: 'c/ctest',
  title: 'CTest',
  family: 'ctest',
  versions: 'CTest 3.25',
  evidence: 'captured',
  docs: ['https://cmake.org/cmake/help/latest/manual/ctest.1.html'],
  logs: [
    {
      format: 'ctest-text',
      hint: /^Test project \S|^ {0,8}\d{1,7}\/\d{1,7} Test {1,8}#\d|^\d{1,3}% tests passed, |^No tests were found!!!$|^No test configuration file found!$/,
      createParser: createCtestParser,
    },
    missingCommand('ctest'),
  ],
  reports: [
    {
      format: 'ctest-last-test',
      sniff: ({ text }) => /^Start testing: [^\n]{1,100}\n-{20,100}\r?\n/.test(text),
      parse: parseLastTest,
    },
  ],
};
