import type { Tool } from '../../../core/tool.ts';
import { createSwiftTestingParser } from './parser.ts';

/** The newer test library of Swift. It runs after XCTest in the same `swift test`. */
export const tool: Tool = {
  name: 'swift/swift-testing',
  title: 'Swift Testing',
  family: 'swift-testing',
  versions: 'Swift Testing 6.0',
  evidence: 'captured',
  docs: ['https://github.com/swiftlang/swift-testing'],
  logs: [
    {
      format: 'swift-testing-text',
      hint: /^.{1,2} (?:Test run (?:started|with)|Test .{1,300} (?:recorded|started|skipped|passed|failed)|Testing Library Version)|^\[\d{1,7}\/\d{1,7}\] Compiling \w{1,100} /,
      createParser: createSwiftTestingParser,
    },
  ],
};
