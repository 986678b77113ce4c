import type { Tool } from '../../../core/tool.ts';
import { missingTool } from '../missing-tool.ts';
import { createBiomeParser } from './parser.ts';
import { parseBiomeJson } from './report.ts';

/** Biome's own text and JSON; its other reporters write JUnit, GitHub and GitLab formats. */
export const tool: Tool = {
  name: 'node/biome',
  title: 'Biome',
  family: 'biome',
  versions: '2.6',
  evidence: 'captured',
  docs: ['https://biomejs.dev/reference/reporters/'],
  logs: [
    {
      format: 'biome-text',
      hint: / ━{4,200}$|^Checked \d{1,9} files? in \d|^Found \d{1,9} (?:error|warning|info)s?\.$/,
      createParser: createBiomeParser,
    },
    missingTool('biome'),
  ],
  reports: [
    {
      format: 'biome-json',
      sniff: ({ text }) =>
        /^(?:The `json`[^\n]{0,200}\n)?\{\s{0,20}"summary":\s{0,20}\{\s{0,20}"changed":/.test(text) &&
        text.includes('"diagnostics":'),
      parse: parseBiomeJson,
    },
  ],
};
