import type { Tool } from '../../../core/tool.ts';
import { missingTool } from '../missing-tool.ts';
import { createEslintParser } from './parser.ts';
import { parseEslintJson } from './report.ts';

/** ESLint as people read it (the stylish formatter, its default) and as JSON. A clean run prints nothing. */
export const tool: Tool = {
  name: 'node/eslint',
  title: 'ESLint',
  family: 'eslint',
  versions: '10',
  evidence: 'captured',
  docs: ['https://eslint.org/docs/latest/use/formatters/'],
  logs: [
    {
      format: 'eslint-text',
      hint: /^(?:\/|\.\/|[A-Za-z]:\\)[^\s:]{1,400}$|^✖ \d{1,7} problems? \(|\[(?:Error|Warning)(?:\/[\w@/.-]{1,100})?\]$|^\d{1,7} problems?$|^Oops! Something went wrong! :\($/,
      createParser: createEslintParser,
    },
    missingTool('eslint'),
  ],
  reports: [
    {
      format: 'eslint-json',
      sniff: ({ text }) => /^\[\s{0,20}\{\s{0,20}"filePath":/.test(text) && text.includes('"messages":'),
      parse: parseEslintJson,
    },
  ],
};
