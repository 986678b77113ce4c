import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createGovulncheckJsonParser } from './json-documents.ts';
import { createGovulncheckParser } from './parser.ts';
import { parseGovulncheckJson } from './report.ts';

/** govulncheck as text and as a stream of JSON documents; its SARIF and OpenVEX are others' to read. */
export const tool: Tool = {
  name: 'go/govulncheck',
  title: 'govulncheck',
  family: 'govulncheck',
  versions: 'govulncheck 1.9',
  evidence: 'captured',
  docs: ['https://pkg.go.dev/golang.org/x/vuln/cmd/govulncheck', 'https://go.dev/doc/security/vuln/database'],
  logs: [
    {
      format: 'govulncheck-text',
      hint: /^=== (?:Symbol|Package|Module) Results ===$|^Vulnerability #\d{1,6}: |^No vulnerabilities found\.$|^Your code (?:is affected by|may be affected by) \d|^govulncheck: /,
      createParser: createGovulncheckParser,
    },
    { format: 'govulncheck-json', hint: /^\{$/, createParser: createGovulncheckJsonParser },
    missingCommand('govulncheck'),
  ],
  reports: [
    {
      format: 'govulncheck-json',
      sniff: ({ text }) => /^\{\s{0,20}"config":\s{0,20}\{\s{0,20}"protocol_version":/.test(text),
      parse: parseGovulncheckJson,
    },
  ],
};
