import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createNextestParser } from './parser.ts';

/** `cargo nextest run`, a process for each test. Its JUnit XML is read by the generic tool. */
export const tool: Tool = {
  name: 'rust/nextest',
  title: 'cargo-nextest',
  family: 'nextest',
  versions: 'cargo-nextest 0.9',
  evidence: 'captured',
  docs: ['https://nexte.st/docs/reporting/'],
  logs: [
    {
      format: 'nextest-text',
      hint: /^ {4}Starting \d{1,7} tests? across \d|^ {0,11}[A-Z][A-Z0-9 +/-]{1,20} \[[ >]{0,10}\d{1,9}\.\d{3}s\] |^error: (?:profile `|no tests to run|failed to parse nextest config)/,
      createParser: createNextestParser,
    },
    missingCommand('cargo-nextest', '^error: no such (?:sub)?command: .nextest\\b'),
  ],
};
