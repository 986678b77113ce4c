import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createRustfmtParser } from './parser.ts';

/** `cargo fmt --check` and `rustfmt --check`. A clean run prints nothing. */
export const tool: Tool = {
  name: 'rust/rustfmt',
  title: 'rustfmt',
  family: 'rustfmt',
  versions: 'rustfmt 1.9',
  evidence: 'captured',
  docs: ['https://github.com/rust-lang/rustfmt#checking-style-on-a-ci-server'],
  logs: [
    {
      format: 'rustfmt-diff',
      hint: /^Diff in \S{1,400}\.rs(?::\d{1,7}:$| at line \d{1,7}:$)/,
      createParser: createRustfmtParser,
    },
    missingCommand('rustfmt'),
  ],
};
