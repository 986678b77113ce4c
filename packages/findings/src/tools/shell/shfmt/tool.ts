import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createShfmtParser } from './parser.ts';

/** shfmt with `-d`. It never says that it ran. */
export const tool: Tool = {
  name: 'shell/shfmt',
  title: 'shfmt',
  family: 'shfmt',
  versions: 'shfmt 3.6',
  evidence: 'captured',
  docs: ['https://github.com/mvdan/sh/blob/master/cmd/shfmt/shfmt.1.scd'],
  logs: [
    {
      format: 'shfmt-diff',
      hint: /^--- [^\t]{1,1000}\.orig$|\.(?:sh|bash|mksh|ksh|bats):\d{1,7}:\d{1,7}: /,
      createParser: createShfmtParser,
    },
    missingCommand('shfmt'),
  ],
};
