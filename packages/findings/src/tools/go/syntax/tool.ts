import type { Tool } from '../../../core/tool.ts';
import { BLOCKS_HINT } from '../diagnostic-blocks.ts';
import { createGoSyntaxParser } from './parser.ts';

/** Diagnostics of Go files under no heading: whoever parsed the file (gofmt, a generator) could not. */
export const tool: Tool = {
  name: 'go/syntax',
  title: 'Go diagnostics without a heading',
  family: 'go',
  versions: 'go 1.26',
  evidence: 'captured',
  docs: ['https://pkg.go.dev/go/scanner#ErrorList'],
  logs: [
    {
      format: 'go-syntax-text',
      hint: new RegExp(BLOCKS_HINT),
      createParser: createGoSyntaxParser,
    },
  ],
};
