import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createShellcheckParser } from './parser.ts';
import { parseShellcheckJson } from './report.ts';

/** ShellCheck for terminals, `gcc`, `json` and `json1`. A clean run prints nothing in text. */
export const tool: Tool = {
  name: 'shell/shellcheck',
  title: 'ShellCheck',
  family: 'shellcheck',
  versions: 'ShellCheck 0.9',
  evidence: 'captured',
  docs: ['https://www.shellcheck.net/wiki/', 'https://github.com/koalaman/shellcheck/wiki/Integration'],
  logs: [
    {
      format: 'shellcheck-text',
      hint: /^In \S.{0,400} line \d{1,7}:$|^For more information:$| \[SC\d{4}\]$|: openBinaryFile: /,
      createParser: createShellcheckParser,
    },
    missingCommand('shellcheck'),
  ],
  reports: [
    {
      format: 'shellcheck-json',
      sniff: ({ text }) =>
        /^\{"comments":\s{0,9}\[(?:\{"file":|\])/.test(text) ||
        /^\[\{"file":"[^"]{1,1000}","line":\d{1,9},"endLine":\d{1,9},"column":/.test(text),
      parse: parseShellcheckJson,
    },
  ],
};
