import type { Tool } from '../../../core/tool.ts';
import { createTapParser, parseTapFile } from './parser.ts';

/** The Test Anything Protocol, 12 to 14, in a log or in a file. */
export const tool: Tool = {
  name: 'generic/tap',
  title: 'TAP',
  family: 'tap',
  versions:
    'node 24 --test, bats 1.8, Test::More of perl 5.36, tape 5.10; braces of node-tap 14 after its documentation',
  evidence: 'captured',
  docs: [
    'https://testanything.org/tap-version-14-specification.html',
    'https://testanything.org/tap-version-13-specification.html',
  ],
  logs: [
    {
      format: 'tap',
      // A plan that comes last starts nothing: `ok 1 - x` alone is too common.
      hint: /^TAP version 1[234]\s{0,9}$|^1\.\.\d{1,6}(?: #|\s{0,9}$)/,
      createParser: createTapParser,
    },
  ],
  reports: [
    {
      format: 'tap',
      sniff: ({ text }) =>
        /^(?:TAP version 1[234]\s|1\.\.\d{1,6}\s{0,20}\n(?:#.{0,500}\n){0,20}(?:not )?ok\b)/.test(text),
      parse: parseTapFile,
    },
  ],
};
