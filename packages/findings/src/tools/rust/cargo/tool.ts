import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createCargoJsonParser } from './json-lines.ts';
import { createCargoParser } from './parser.ts';
import { parseCargoJson } from './report.ts';

/** What rustc and Clippy say, with or without cargo around them. */
export const tool: Tool = {
  name: 'rust/cargo',
  title: 'Cargo, rustc and Clippy',
  family: 'rustc',
  versions: 'cargo 1.95, clippy 0.1.95',
  evidence: 'captured',
  docs: [
    'https://doc.rust-lang.org/rustc/json.html',
    'https://doc.rust-lang.org/cargo/reference/external-tools.html',
  ],
  logs: [
    {
      format: 'cargo-text',
      hint: /^(?:error|warning)(?:\[[\w:]{1,60}\])?: |^ {4}Finished |^[^\s:]{1,300}\.rs:\d{1,7}:\d{1,7}: (?:error|warning)/,
      createParser: createCargoParser,
    },
    { format: 'cargo-json', hint: /^\{"reason":"/, createParser: createCargoJsonParser },
    missingCommand('cargo|rustc'),
  ],
  reports: [
    {
      format: 'cargo-json',
      sniff: ({ text }) => /^\{"reason":"[a-z-]{1,40}",/.test(text),
      parse: parseCargoJson,
    },
  ],
};
