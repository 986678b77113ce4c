import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createCmakeParser } from './parser.ts';

/** CMake while it configures and generates. */
export const tool: Tool = {
  name: 'c/cmake',
  title: 'CMake',
  family: 'cmake',
  versions: 'CMake 3.25',
  evidence: 'captured',
  docs: ['https://cmake.org/cmake/help/latest/command/message.html'],
  logs: [
    {
      format: 'cmake-text',
      hint: /^CMake (?:Deprecation |Internal )?(?:Error|Warning)|^-- (?:Build files have been|Configuring incomplete)/,
      createParser: createCmakeParser,
    },
    missingCommand('cmake'),
  ],
};
