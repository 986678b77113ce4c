import type { Tool } from '../../../core/tool.ts';
import { createGoTestJsonParser } from './json-events.ts';
import { createGoTestParser } from './parser.ts';
import { parseGoTestJson } from './report.ts';

/** `go test` with and without `-v`, its events, panics and data races, which programs outside of tests have as well. */
export const tool: Tool = {
  name: 'go/go-test',
  title: 'go test',
  family: 'go-test',
  versions: 'go 1.26',
  evidence: 'captured',
  docs: ['https://pkg.go.dev/cmd/go#hdr-Test_packages', 'https://pkg.go.dev/cmd/test2json'],
  logs: [
    {
      format: 'go-test-text',
      hint: /^ {0,40}--- (?:FAIL|PASS|SKIP): |^=== (?:RUN|NAME|CONT|PAUSE) {2}|^(?:ok {2}|FAIL|\? {3})\t|^FAIL$|^panic: |^fatal error: |^WARNING: DATA RACE$/,
      createParser: createGoTestParser,
    },
    { format: 'go-test-json', hint: /^\{"(?:Time|Action)":"/, createParser: createGoTestJsonParser },
  ],
  reports: [
    {
      format: 'go-test-json',
      sniff: ({ text }) => /^\{"(?:Time|Action|ImportPath)":"[^"\n]{1,400}","Action":"/.test(text),
      parse: parseGoTestJson,
    },
  ],
};
