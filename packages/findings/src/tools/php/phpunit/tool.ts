import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createPhpunitParser } from './parser.ts';

/** The end of PHPUnit's default output. Its JUnit XML is read by the generic tool. */
export const tool: Tool = {
  name: 'php/phpunit',
  title: 'PHPUnit',
  family: 'phpunit',
  versions: 'phpunit 9.6',
  evidence: 'captured',
  docs: ['https://docs.phpunit.de/en/9.6/textui.html'],
  logs: [
    {
      format: 'phpunit-text',
      hint: /^PHPUnit \d{1,3}\.|^There (?:was|were) \d{1,7} |^OK(?: \(\d|, but )|^Tests: \d{1,7}, |^No tests executed!$|^Could not read "[^"]{1,300}\.xml(?:\.dist)?"\.$/,
      createParser: createPhpunitParser,
    },
    missingCommand(String.raw`(?:(?:\./)?vendor/bin/)?phpunit`),
  ],
};
