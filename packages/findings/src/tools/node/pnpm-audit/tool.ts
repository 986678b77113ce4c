import type { Tool } from '../../../core/tool.ts';
import { parseAuditJson, readAdvisories } from '../audit-json.ts';
import { createPnpmAuditParser, LOCK_FILE } from './parser.ts';

export const tool: Tool = {
  name: 'node/pnpm-audit',
  title: 'pnpm audit',
  family: 'pnpm-audit',
  versions: '9, 11',
  evidence: 'captured',
  docs: ['https://pnpm.io/cli/audit'],
  logs: [
    {
      format: 'pnpm-audit-text',
      hint: /^┌─|^No known vulnerabilities found$|^\d{1,7} vulnerabilities found$|ERR_PNPM_AUDIT_|^.{0,100}pnpm (?:\S{1,60} ){0,4}audit/,
      createParser: createPnpmAuditParser,
    },
  ],
  reports: [
    {
      format: 'pnpm-audit-json',
      sniff: ({ text }) =>
        /^\{\s{0,20}"(?:actions":\s{0,20}\[[^\]]{0,20000}\],\s{0,20}")?advisories":\s{0,20}\{(?!\s{0,20}"[^"]{1,200}\/)/.test(
          text,
        ) || /^\{\s{0,20}"error":\s{0,20}\{\s{0,20}"code":\s{0,20}"ERR_PNPM_AUDIT/.test(text),
      parse: (file, reader) =>
        parseAuditJson(file, reader, 'pnpm-audit', (root, collector) =>
          readAdvisories(root, collector, LOCK_FILE),
        ),
    },
  ],
};
