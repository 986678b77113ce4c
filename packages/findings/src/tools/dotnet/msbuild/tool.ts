import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createMsbuildParser } from './parser.ts';

/** MSBuild, the compilers and analysers that it calls, and NuGet's restore with its audit. */
export const tool: Tool = {
  name: 'dotnet/msbuild',
  title: 'MSBuild',
  family: 'msbuild',
  versions: 'the format of .NET SDK 8 and 9',
  evidence: 'documented',
  docs: [
    'https://learn.microsoft.com/visualstudio/msbuild/msbuild-diagnostic-format-for-tasks',
    'https://learn.microsoft.com/nuget/reference/errors-and-warnings/nu1901-nu1904',
  ],
  logs: [
    {
      format: 'msbuild-text',
      hint: new RegExp(
        [
          ': (?:error|warning) (?!TS\\d)[A-Za-z]{1,10}\\d|^(?:error|warning) (?:MSB|NU|NETSDK|CS)\\d',
          '^Build (?:FAILED|succeeded)\\.$|^Build (?:failed|succeeded) (?:with \\d|in \\d)',
          '^ {4}\\d{1,7} (?:Warning|Error)\\(s\\)$',
        ].join('|'),
      ),
      createParser: createMsbuildParser,
    },
    missingCommand('dotnet|msbuild|csc'),
  ],
};
