import type { Tool } from '../../../core/tool.ts';
import { createTracebackParser } from './parser.ts';

/** A program that dies of an exception nobody caught. */
export const tool: Tool = {
  name: 'python/traceback',
  title: 'Python traceback',
  family: 'python',
  versions: 'CPython 3.11',
  evidence: 'captured',
  docs: ['https://docs.python.org/3/library/traceback.html'],
  logs: [
    {
      format: 'python-traceback',
      hint: new RegExp(
        [
          '^(?: {2}\\+ Exception Group )?Traceback \\(most recent call last\\)|^ {2}File "[^"]{1,300}", line \\d',
          '^(?:ERROR|FAIL): \\w{1,200} \\(|^Ran \\d{1,9} tests? in \\d|^={3,600} (?:ERRORS|FAILURES|[^=]{1,300} in \\d)',
        ].join('|'),
      ),
      createParser: createTracebackParser,
    },
  ],
};
