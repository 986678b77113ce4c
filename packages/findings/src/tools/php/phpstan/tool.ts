import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createPhpstanParser } from './parser.ts';
import { parsePhpstanJson } from './report.ts';

/** The table that PHPStan prints by default, and JSON. Its JUnit, GitLab and checkstyle formats have generic tools. */
export const tool: Tool = {
  name: 'php/phpstan',
  title: 'PHPStan',
  family: 'phpstan',
  versions: 'phpstan 1.12, 2.0',
  evidence: 'documented',
  docs: [
    'https://phpstan.org/user-guide/output-format',
    'https://github.com/phpstan/phpstan-src/tree/2.0.x/tests/PHPStan/Command/ErrorFormatter',
  ],
  logs: [
    {
      format: 'phpstan-table',
      hint: /^ {2}Line {3,20}\S|^ {5}Error$|^ \[(?:ERROR|WARNING|OK)\] (?:Found \d|No errors)/,
      createParser: createPhpstanParser,
    },
    missingCommand(String.raw`(?:(?:\./)?vendor/bin/)?phpstan`),
  ],
  reports: [
    {
      format: 'phpstan-json',
      sniff: ({ text }) =>
        /^\{\s{0,20}"totals":\s{0,20}\{\s{0,20}"errors":\s{0,20}\d{1,9},\s{0,20}"file_errors":/.test(text),
      parse: parsePhpstanJson,
    },
  ],
};
