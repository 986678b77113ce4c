import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createCargoAuditParser } from './parser.ts';
import { parseCargoAuditJson } from './report.ts';

/** `cargo audit`: what is known about the crates in Cargo.lock. */
export const tool: Tool = {
  name: 'rust/cargo-audit',
  title: 'cargo-audit',
  family: 'cargo-audit',
  versions: 'cargo-audit 0.22',
  evidence: 'captured',
  docs: ['https://github.com/rustsec/rustsec/tree/main/cargo-audit#readme'],
  logs: [
    {
      format: 'cargo-audit-text',
      hint: /^ {1,8}(?:Fetching advisory database|Loaded \d{1,7} security advisories|Scanning \S{1,400} for vulnerabilities)|^Crate: {1,10}\S|^error: (?:\d{1,7} vulnerabilit(?:y|ies) found|\d{1,7} denied warnings? found|couldn't fetch advisory database|error loading advisory database)/,
      createParser: createCargoAuditParser,
    },
    missingCommand('cargo-audit', '^error: no such (?:sub)?command: .audit\\b'),
  ],
  reports: [
    {
      format: 'cargo-audit-json',
      sniff: ({ text }) =>
        text.startsWith('{') && /"advisory-count":/.test(text) && /"dependency-count":/.test(text),
      parse: parseCargoAuditJson,
    },
  ],
};
