import type { Tool } from '../../../core/tool.ts';
import { BLOCKS_HINT } from '../diagnostic-blocks.ts';
import { createGoVetJsonParser } from './json-documents.ts';
import { createGoVetParser } from './parser.ts';
import { parseGoVetJson } from './report.ts';

/** `go vet`, and what `go test` lets it look at. What keeps it from looking is the compiler's and is read by go build. */
export const tool: Tool = {
  name: 'go/go-vet',
  title: 'go vet',
  family: 'go-vet',
  versions: 'go 1.26',
  evidence: 'captured',
  docs: ['https://pkg.go.dev/cmd/vet'],
  logs: [
    { format: 'go-vet-text', hint: new RegExp(BLOCKS_HINT), createParser: createGoVetParser },
    { format: 'go-vet-json', hint: /^\{$/, createParser: createGoVetJsonParser },
  ],
  reports: [
    {
      format: 'go-vet-json',
      sniff: ({ text }) =>
        /^(?:# [^\n]{1,400}\n)*\{\s{0,20}"[^"\n]{1,400}":\s{0,20}\{\s{0,20}"\w{1,50}":\s{0,20}\[\s{0,20}\{\s{0,20}"posn":/.test(
          text,
        ),
      parse: parseGoVetJson,
    },
  ],
};
