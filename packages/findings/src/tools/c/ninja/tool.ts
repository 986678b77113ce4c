import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createNinjaParser } from './parser.ts';

/** ninja: failed targets and faults of the build file. A step without a status in brackets is not recognised as failed. */
export const tool: Tool = {
  name: 'c/ninja',
  title: 'ninja',
  family: 'ninja',
  versions: 'ninja 1.11',
  evidence: 'captured',
  docs: ['https://ninja-build.org/manual.html'],
  logs: [
    {
      format: 'ninja-text',
      hint: /^\[\d{1,7}\/\d{1,7}\] |^ninja: (?:error|fatal|warning|build stopped|no work)/,
      createParser: createNinjaParser,
    },
    missingCommand('ninja|ninja-build'),
  ],
};
