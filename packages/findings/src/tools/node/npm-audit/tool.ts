import type { Tool } from '../../../core/tool.ts';
import { createNpmAuditParser } from './parser.ts';
import { parseNpmAuditJson } from './report.ts';

/** `npm audit`, and the count at the end of `npm install`. */
export const tool: Tool = {
  name: 'node/npm-audit',
  title: 'npm audit',
  family: 'npm-audit',
  versions: '11',
  evidence: 'captured',
  docs: ['https://docs.npmjs.com/cli/v11/commands/npm-audit', 'https://github.com/npm/npm-audit-report'],
  logs: [
    {
      format: 'npm-audit-text',
      hint: /^# npm audit report$|^(?:found )?\d{1,7} (?:[a-z]{3,8} severity )?vulnerabilit(?:y|ies)(?: \(|$)|^npm (?:warn|error|WARN|ERR!) (?:audit |code E(?:NOAUDIT|NOLOCK|AUDIT))/,
      createParser: createNpmAuditParser,
    },
  ],
  reports: [
    {
      format: 'npm-audit-json',
      sniff: ({ text }) => {
        const head = text.slice(0, 2000);
        return (
          /^\{\s{0,20}"auditReportVersion":/.test(head) ||
          /^\{\s{0,20}"error":\s{0,20}\{\s{0,20}"code":\s{0,20}"E(?:NOAUDIT|NOLOCK|AUDIT)/.test(head) ||
          (/^\{\s{0,20}"message":/.test(head) && head.includes('/-/npm/v1/security/'))
        );
      },
      parse: parseNpmAuditJson,
    },
  ],
};
