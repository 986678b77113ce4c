import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { CHAIN_HINT } from '../diagnostic-blocks.ts';
import { DIAGNOSTIC_HINT } from '../diagnostic-line.ts';
import { MOVE_HINT } from '../directory-stack.ts';
import { COMPILER_NAMES, DRIVER_HINT } from './driver-fault.ts';
import { createCompilerParser, GENERATED_HINT } from './parser.ts';

/** gcc and clang for C, C++, Objective-C and assembly. They print one layout, and a log seldom says which of them ran. */
export const tool: Tool = {
  name: 'c/toolchain',
  title: 'gcc and clang',
  family: 'cc',
  versions: 'gcc 12.2, clang 14.0',
  evidence: 'captured',
  docs: [
    'https://gcc.gnu.org/onlinedocs/gcc/Diagnostic-Message-Formatting-Options.html',
    'https://clang.llvm.org/docs/UsersManual.html#formatting-of-diagnostics',
  ],
  logs: [
    {
      format: 'gcc-text',
      hint: new RegExp([DIAGNOSTIC_HINT, CHAIN_HINT, MOVE_HINT, GENERATED_HINT, DRIVER_HINT].join('|')),
      createParser: createCompilerParser,
    },
    missingCommand(COMPILER_NAMES),
  ],
};
