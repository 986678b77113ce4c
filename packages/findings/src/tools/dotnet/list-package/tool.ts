import type { Tool } from '../../../core/tool.ts';
import { createListPackageParser } from './parser.ts';
import { parseListPackageJson } from './report.ts';

export const tool: Tool = {
  name: 'dotnet/list-package',
  title: 'dotnet list package --vulnerable',
  family: 'list-package',
  versions: 'the format of .NET SDK 8',
  evidence: 'documented',
  docs: ['https://learn.microsoft.com/dotnet/core/tools/dotnet-package-list'],
  logs: [
    {
      format: 'list-package-text',
      hint: new RegExp(
        [
          "^Project [`'].{1,300}. has the following vulnerable packages$",
          "^The given project [`'].{1,300}. has no vulnerable packages",
          '^error: No assets file was found for |^error: Unable to load the service index for source ',
        ].join('|'),
      ),
      createParser: createListPackageParser,
    },
  ],
  reports: [
    {
      format: 'list-package-json',
      sniff: ({ text }) => /^\s{0,20}\{/m.test(text) && /"parameters": ?"[^"]{0,200}--vulnerable/.test(text),
      parse: parseListPackageJson,
    },
  ],
};
