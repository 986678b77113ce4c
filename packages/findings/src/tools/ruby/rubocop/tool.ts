import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createRubocopParser } from './parser.ts';
import { parseRubocopJson } from './report.ts';

/** The progress, clang, emacs and simple formats, and JSON. */
export const tool: Tool = {
  name: 'ruby/rubocop',
  title: 'RuboCop',
  family: 'rubocop',
  versions: 'rubocop 1.39',
  evidence: 'captured',
  docs: ['https://docs.rubocop.org/rubocop/formatters.html'],
  logs: [
    {
      format: 'rubocop-text',
      hint: /^[^\s:][^:]{0,400}:\d{1,7}:\d{1,7}: [IRCWEF]: |^== \S|^\d{1,7} files? inspected, |^An error occurred while [A-Z]\w{1,40}\/|^Error: unrecognized cop|: can't find executable rubocop for /,
      createParser: createRubocopParser,
    },
    missingCommand('rubocop'),
  ],
  reports: [
    {
      format: 'rubocop-json',
      sniff: ({ text }) => /^\{\s{0,20}"metadata":\s{0,20}\{\s{0,20}"rubocop_version":/.test(text),
      parse: parseRubocopJson,
    },
  ],
};
