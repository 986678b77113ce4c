import type { Tool } from '../../../core/tool.ts';
import { missingHint } from '../missing-tool.ts';
import { createPipAuditParser, PIP_AUDIT_NAMES } from './parser.ts';
import { parsePipAuditJson } from './report.ts';

export const tool: Tool = {
  name: 'python/pip-audit',
  title: 'pip-audit',
  family: 'pip-audit',
  versions: 'pip-audit 2.10',
  evidence: 'captured',
  docs: ['https://github.com/pypa/pip-audit#usage'],
  logs: [
    {
      format: 'pip-audit-columns',
      hint: new RegExp(
        [
          '^Found \\d{1,9} known vulnerabilit|^No known vulnerabilities found|^Name {1,200}(?:Version |Skip Reason)',
          '^ERROR:pip_audit|^ {2}File "[^"]{1,200}/(?:bin/pip-audit|pip_audit/__main__\\.py)"',
          '^.{0,100}pip[-_]audit',
          missingHint(PIP_AUDIT_NAMES),
        ].join('|'),
      ),
      createParser: createPipAuditParser,
    },
  ],
  reports: [
    {
      format: 'pip-audit-json',
      sniff: ({ text }) =>
        /^\{"dependencies": ?\[/m.test(text) ||
        /^\[\{"name": ?"[^"]{1,200}", ?"(?:version|skip_reason)":/m.test(text),
      parse: parsePipAuditJson,
    },
  ],
};
