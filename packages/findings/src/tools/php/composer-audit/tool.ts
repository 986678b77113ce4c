import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createComposerAuditParser } from './parser.ts';
import { parseComposerAuditJson } from './report.ts';

/** `composer audit` as table, plain text, summary and JSON. */
export const tool: Tool = {
  name: 'php/composer-audit',
  title: 'composer audit',
  family: 'composer-audit',
  versions: 'composer 2.5; abandoned packages after the source of 2.8',
  evidence: 'captured',
  docs: ['https://getcomposer.org/doc/03-cli.md#audit'],
  logs: [
    {
      format: 'composer-audit-text',
      hint: /^Found \d{1,7} (?:security vulnerability advisor|abandoned package)|^No security vulnerability advisories found|^No packages - skipping audit|^\| (?:Package|Abandoned Package) {1,80}\| |^Package: \S|^ {2}(?:The "https?:\S{1,400}" file could not be downloaded|Valid composer\.json and composer\.lock files are required)/,
      createParser: createComposerAuditParser,
    },
    missingCommand('composer'),
  ],
  reports: [
    {
      format: 'composer-audit-json',
      sniff: ({ text }) =>
        /^\{\s{0,20}"advisories":\s{0,20}(?:\[\s{0,20}\]|\{\s{0,20}"[^"]{1,300}":\s{0,20}[[{]\s{0,20}(?:"\d{1,9}":\s{0,20}\{\s{0,20})?(?:\{\s{0,20})?"(?:advisoryId|packageName)")/.test(
          text,
        ),
      parse: parseComposerAuditJson,
    },
  ],
};
