import type { Tool } from '../../../core/tool.ts';
import { missingHint } from '../missing-tool.ts';
import { createUvAuditParser, UV_NAMES } from './parser.ts';
import { parseUvAuditJson } from './report.ts';

/** `uv audit`, which looks up what uv.lock holds. Its SARIF is read by the generic tool. */
export const tool: Tool = {
  name: 'python/uv-audit',
  title: 'uv audit',
  family: 'uv-audit',
  versions: 'uv 0.13',
  evidence: 'captured',
  docs: ['https://docs.astral.sh/uv/reference/cli/#uv-audit'],
  logs: [
    {
      format: 'uv-audit-text',
      hint: new RegExp(
        [
          '^Found (?:no|\\d{1,9}) known vulnerabilit[a-z]{1,3} and ',
          '^warning: `uv audit` is experimental',
          missingHint(UV_NAMES),
        ].join('|'),
      ),
      createParser: createUvAuditParser,
    },
  ],
  reports: [
    {
      format: 'uv-audit-json',
      sniff: ({ text }) => /"audited_packages":/.test(text) && /^\s{0,20}\{/m.test(text),
      parse: parseUvAuditJson,
    },
  ],
};
