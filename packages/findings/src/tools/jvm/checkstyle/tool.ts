import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createCheckstyleParser } from './parser.ts';

/** The plain format of Checkstyle's command line. Its XML is read by a generic tool. */
export const tool: Tool = {
  name: 'jvm/checkstyle',
  title: 'Checkstyle',
  family: 'checkstyle',
  versions: 'checkstyle 10.21',
  evidence: 'captured',
  docs: ['https://checkstyle.org/cmdline.html'],
  logs: [
    {
      format: 'checkstyle-text',
      hint: /^Starting audit\.\.\.$|^Audit done\.$|^\[(?:ERROR|WARN|INFO)\] \S{1,400}:\d{1,7}:|^com\.puppycrawl\.tools\.checkstyle\.api\.CheckstyleException: |^Could not find config XML file /,
      createParser: createCheckstyleParser,
    },
    missingCommand('checkstyle'),
  ],
};
