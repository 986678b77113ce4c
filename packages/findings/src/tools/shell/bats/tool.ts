import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createBatsParser } from './parser.ts';

/** Bats on a terminal or with `--pretty`. When piped it prints TAP, which is read like everybody's. */
export const tool: Tool = {
  name: 'shell/bats',
  title: 'Bats',
  family: 'bats',
  versions: 'Bats 1.8',
  evidence: 'captured',
  docs: ['https://bats-core.readthedocs.io/en/stable/usage.html'],
  logs: [
    {
      format: 'bats-pretty',
      hint: /^[^\s:][^:]{0,400}\.bats$|^Error: Test file "/,
      createParser: createBatsParser,
    },
    missingCommand('bats'),
  ],
};
