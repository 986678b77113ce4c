import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createPhpParser } from './parser.ts';

/** `php -l`, and what the interpreter itself says of programs it runs, on the screen or into its log. */
export const tool: Tool = {
  name: 'php/php-cli',
  title: 'PHP',
  family: 'php',
  versions: 'php 8.2',
  evidence: 'captured',
  docs: ['https://www.php.net/manual/en/features.commandline.options.php'],
  logs: [
    {
      format: 'php-text',
      hint: /^(?:PHP )?(?:Parse|Fatal|Recoverable fatal) error: |^(?:PHP )?(?:Warning|Notice|Deprecated): .{1,3000} on line \d|^No syntax errors detected in |^Errors parsing |^Could not open input file: /,
      createParser: createPhpParser,
    },
    missingCommand('php'),
  ],
};
