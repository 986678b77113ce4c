import type { Tool } from '../../../core/tool.ts';
import { createYarnJsonParser } from './json-lines.ts';
import { createYarnAuditParser } from './parser.ts';

/** `yarn audit` of yarn 1, and `yarn npm audit` of the later ones ("berry"). */
export const tool: Tool = {
  name: 'node/yarn-audit',
  title: 'yarn audit',
  family: 'yarn-audit',
  versions: '1.22, 4',
  evidence: 'captured',
  docs: ['https://classic.yarnpkg.com/en/docs/cli/audit', 'https://yarnpkg.com/cli/npm/audit'],
  logs: [
    {
      format: 'yarn-audit-text',
      hint: /^┌─|^yarn audit v\d|^\d{1,7} vulnerabilities found - |^[├└]─ @?[\w./-]{1,300}$|^➤ YN0001: .{0,40}No audit suggestions$|^No audit suggestions$/,
      createParser: createYarnAuditParser,
    },
    {
      format: 'yarn-audit-json',
      hint: /^\{"type":"(?:audit(?:Advisory|Summary)|error)",|^\{"value":"[^"]{1,300}","children":\{"ID":/,
      createParser: createYarnJsonParser,
    },
  ],
};
