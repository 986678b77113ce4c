import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { MOVE_HINT } from '../directory-stack.ts';
import { createLinkerParser } from './parser.ts';

/** What is missing or there twice once all files are compiled. */
export const tool: Tool = {
  name: 'c/linker',
  title: 'ld and lld',
  family: 'ld',
  versions: 'GNU ld 2.40, lld 14.0',
  evidence: 'captured',
  docs: ['https://sourceware.org/binutils/docs/ld/', 'https://lld.llvm.org/'],
  logs: [
    {
      format: 'ld-text',
      hint: new RegExp(
        [
          // Less than the parser asks, because every line is tried.
          '^[^\\s:]{0,200}ld(?:64|\\.[a-z]{3,4})?: ',
          ': (?:error: )?(?:undefined reference to|multiple definition of) ',
          '^collect2: |: error: linker command failed with ',
          MOVE_HINT,
        ].join('|'),
      ),
      createParser: createLinkerParser,
    },
    missingCommand('(?:[\\w.]{1,30}-){0,5}(?:ld|ld\\.bfd|ld\\.gold|ld\\.lld|mold|ld\\.mold|ar|ranlib)'),
  ],
};
