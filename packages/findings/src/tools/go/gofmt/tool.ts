import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createGofmtParser } from './parser.ts';

/** `gofmt -d`. `gofmt -l` prints bare paths, which nothing tells from other paths; a clean run prints nothing. */
export const tool: Tool = {
  name: 'go/gofmt',
  title: 'gofmt',
  family: 'gofmt',
  versions: 'go 1.26',
  evidence: 'captured',
  docs: ['https://pkg.go.dev/cmd/gofmt'],
  logs: [
    {
      format: 'gofmt-diff',
      hint: /^diff (?:-u )?\S{1,400}\.go\.orig \S{1,400}\.go$/,
      createParser: createGofmtParser,
    },
    missingCommand('gofmt|gofumpt|goimports'),
  ],
};
