import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createSwiftBuildParser } from './parser.ts';

/** The Swift compiler and the package manager that calls it. */
export const tool: Tool = {
  name: 'swift/swift-build',
  title: 'swift build',
  family: 'swift-build',
  versions: 'Swift 6.0',
  evidence: 'captured',
  docs: ['https://docs.swift.org/swiftpm/documentation/packagemanagerdocs/swiftbuild'],
  logs: [
    {
      format: 'swift-build-text',
      hint: new RegExp(
        [
          '\\.swift:\\d{1,7}:\\d{1,7}: (?:error|warning|note): ',
          '^Building for (?:debugging|production)\\.\\.\\.|^Build complete! ',
          "^error: (?:'[\\w. -]{1,100}': |emit-module command failed|Could not find Package\\.swift|GitShellError\\()",
          '^error: (?:Failed to clone repository|Dependencies could not be resolved|Couldn’t |fatalError$)',
        ].join('|'),
      ),
      createParser: createSwiftBuildParser,
    },
    missingCommand('swiftc?'),
  ],
};
