import type { Tool } from '../../../core/tool.ts';
import { createDotnetTestParser } from './parser.ts';
import { parseTrx } from './trx.ts';

/** `dotnet test` with VSTest, whatever the test library; its TRX reports as well. */
export const tool: Tool = {
  name: 'dotnet/dotnet-test',
  title: 'dotnet test',
  family: 'dotnet-test',
  versions: 'the format of VSTest 17',
  evidence: 'documented',
  docs: [
    'https://learn.microsoft.com/dotnet/core/tools/dotnet-test-vstest',
    'https://github.com/microsoft/vstest-docs/blob/main/docs/report.md',
  ],
  logs: [
    {
      format: 'dotnet-test-text',
      hint: new RegExp(
        [
          '^Test run for |^ {2}(?:Failed|Passed|Skipped) \\S|^(?:Passed|Failed|Skipped)! {1,3}- Failed: ',
          '^No test (?:is available in|matches the given)|^The active test run was aborted\\.',
          '^The test source file "|^Total tests: \\d|^Test Run (?:Failed|Successful|Aborted)\\.',
        ].join('|'),
      ),
      createParser: createDotnetTestParser,
    },
  ],
  reports: [
    {
      format: 'trx',
      sniff: ({ text, xmlRoot }) => xmlRoot === 'TestRun' && /VisualStudio\/TeamTest/i.test(text),
      parse: parseTrx,
    },
  ],
};
