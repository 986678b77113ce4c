import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { parseLinesReport } from '../../../engine/lines-report.ts';
import { createCargoDenyJsonParser } from './json-lines.ts';
import { createCargoDenyParser } from './parser.ts';

/** `cargo deny check`: advisories, bans, licenses and sources, as text or as JSON lines. */
export const tool: Tool = {
  name: 'rust/cargo-deny',
  title: 'cargo-deny',
  family: 'cargo-deny',
  versions: 'cargo-deny 0.14',
  evidence: 'captured',
  docs: ['https://embarkstudios.github.io/cargo-deny/checks/index.html'],
  logs: [
    {
      format: 'cargo-deny-text',
      hint: /^(?:error|warning)\[[a-z-]{1,60}\]: |^ ?(?:advisories|bans|licenses|sources) (?:ok|FAILED)|^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d )?\[ERROR\] (?:failed to (?:fetch|open|load) advisory |failed to (?:deserialize|validate|parse|read|load) config|the directory )/,
      createParser: createCargoDenyParser,
    },
    { format: 'cargo-deny-json', hint: /^\{"(?:fields|type)":/, createParser: createCargoDenyJsonParser },
    missingCommand('cargo-deny', '^error: no such (?:sub)?command: .deny\\b'),
  ],
  reports: [
    {
      format: 'cargo-deny-json',
      sniff: ({ text }) =>
        /^\{"fields":\{.{0,8000}\},"type":"(?:diagnostic|summary)"\}$/m.test(text) ||
        /^\{"type":"(?:diagnostic|summary)","fields":\{/.test(text),
      parse: (file, reader) => parseLinesReport(file.bytes, 'cargo-deny', reader, createCargoDenyJsonParser),
    },
  ],
};
