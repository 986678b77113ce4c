import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createBundlerAuditParser } from './parser.ts';
import { parseBundlerAuditJson } from './report.ts';

/** `bundle-audit check` as text (`Advisory:` up to 0.6, `CVE:` and `GHSA:` since) and JSON. */
export const tool: Tool = {
  name: 'ruby/bundler-audit',
  title: 'bundler-audit',
  family: 'bundler-audit',
  versions: 'bundler-audit 0.9',
  evidence: 'captured',
  docs: ['https://github.com/rubysec/bundler-audit#readme'],
  logs: [
    {
      format: 'bundler-audit-text',
      hint: /^Name: \S|^Insecure Source URI found: |^(?:Vulnerabilities|Unpatched versions) found!$|^No (?:vulnerabilities|unpatched versions) found$|^Could not find "[^"]{1,300}\.lock" in |^Failed (?:updating|to download) ruby-advisory-db|^Skipping update, ruby-advisory-db|^No such database/,
      createParser: createBundlerAuditParser,
    },
    missingCommand('bundle-audit|bundler-audit'),
  ],
  reports: [
    {
      format: 'bundler-audit-json',
      sniff: ({ text }) =>
        /^\{\s{0,20}"version":\s{0,20}"[^"]{1,40}",\s{0,20}"created_at":\s{0,20}"[^"]{1,60}",\s{0,20}"results":/.test(
          text,
        ),
      parse: parseBundlerAuditJson,
    },
  ],
};
