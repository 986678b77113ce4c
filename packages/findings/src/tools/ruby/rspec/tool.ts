import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createRspecParser } from './parser.ts';
import { parseRspecJson } from './report.ts';

/** The end of the progress and documentation formats, and JSON. */
export const tool: Tool = {
  name: 'ruby/rspec',
  title: 'RSpec',
  family: 'rspec',
  versions: 'rspec 3.12',
  evidence: 'captured',
  docs: ['https://rspec.info/features/3-12/rspec-core/formatters/'],
  logs: [
    {
      format: 'rspec-text',
      hint: /^Failures:$|^An error occurred (?:while loading |in an? `)|^\d{1,7} examples?, \d{1,7} failures?\b/,
      createParser: createRspecParser,
    },
    missingCommand('rspec|bin/rspec'),
  ],
  reports: [
    {
      format: 'rspec-json',
      sniff: ({ text }) =>
        /^\{\s{0,20}"version":\s{0,20}"[^"]{1,40}",\s{0,20}"(?:seed|messages|examples)":/.test(text),
      parse: parseRspecJson,
    },
  ],
};
