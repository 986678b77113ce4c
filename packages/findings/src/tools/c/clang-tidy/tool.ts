import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { DIAGNOSTIC_HINT } from '../diagnostic-line.ts';
import { MOVE_HINT } from '../directory-stack.ts';
import { createClangTidyParser } from './parser.ts';

/** clang-tidy. A run without a finding prints at most how many warnings it left out. */
export const tool: Tool = {
  name: 'c/clang-tidy',
  title: 'clang-tidy',
  family: 'clang-tidy',
  versions: 'clang-tidy 14.0',
  evidence: 'captured',
  docs: ['https://clang.llvm.org/extra/clang-tidy/'],
  logs: [
    {
      format: 'clang-tidy-text',
      hint: new RegExp(
        [
          DIAGNOSTIC_HINT,
          MOVE_HINT,
          '^Error while processing |^Found compiler error|^Suppressed \\d{1,9} warnings? \\(|^Error: no checks enabled',
          ' \\[clang-diagnostic-',
        ].join('|'),
      ),
      createParser: createClangTidyParser,
    },
    missingCommand('clang-tidy(?:-\\d{1,3})?|run-clang-tidy'),
  ],
};
