import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { BLOCKS_HINT } from '../diagnostic-blocks.ts';
import { createGoBuildJsonParser } from './json-lines.ts';
import { createGoBuildParser } from './parser.ts';

/** The compiler and the go command itself, whichever of its subcommands builds: a clean build prints nothing. */
export const tool: Tool = {
  name: 'go/go-build',
  title: 'go build',
  family: 'go',
  versions: 'go 1.26',
  evidence: 'captured',
  docs: ['https://pkg.go.dev/cmd/go', 'https://pkg.go.dev/cmd/go#hdr-Build__json_encoding'],
  logs: [
    {
      format: 'go-build-text',
      hint: new RegExp(`${BLOCKS_HINT}|^go: |^package \\S{1,400}$|^too many errors$`),
      createParser: createGoBuildParser,
    },
    {
      format: 'go-build-json',
      hint: /^\{"ImportPath":"/,
      createParser: createGoBuildJsonParser,
    },
    missingCommand('go'),
  ],
};
