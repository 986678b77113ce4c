import type { Tool } from '../../../core/tool.ts';
import { createAnnotationsParser } from './parser.ts';

/** Lines that ask GitHub to annotate a file. Any tool prints them, so they do not say which. */
export const tool: Tool = {
  name: 'generic/annotations',
  title: 'GitHub annotations',
  family: 'annotations',
  versions: 'ruff 0.17 (github), vitest 5 (github-actions)',
  evidence: 'captured',
  docs: ['https://docs.github.com/actions/reference/workflow-commands-for-github-actions'],
  logs: [
    {
      format: 'github-annotations',
      hint: /^ {0,8}::(?:error|warning|notice)[ :]/,
      isEcho: true,
      createParser: createAnnotationsParser,
    },
  ],
};
