import type { Tool } from '../../../core/tool.ts';
import { createXctestParser } from './parser.ts';

/** The older test library of Swift, under `swift test` and under xcodebuild. */
export const tool: Tool = {
  name: 'swift/xctest',
  title: 'XCTest',
  family: 'xctest',
  versions: 'Swift 6.0',
  evidence: 'captured',
  docs: ['https://github.com/swiftlang/swift-corelibs-xctest'],
  logs: [
    {
      format: 'xctest-text',
      // Failures need no hint: they stand between the beginning and the end of a test.
      hint: new RegExp(
        [
          "^Test (?:Suite|Case) '|^\\t Executed \\d{1,7} tests?, with |^\\[\\d{1,7}/\\d{1,7}\\] Testing ",
          '^error: no tests found',
        ].join('|'),
      ),
      createParser: createXctestParser,
    },
  ],
};
