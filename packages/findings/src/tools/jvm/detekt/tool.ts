import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createDetektParser } from './parser.ts';

/** The default text of detekt. Its checkstyle XML and SARIF are read by the generic tools. */
export const tool: Tool = {
  name: 'jvm/detekt',
  title: 'detekt',
  family: 'detekt',
  versions: 'detekt 1.23',
  evidence: 'captured',
  docs: ['https://detekt.dev/docs/gettingstarted/cli'],
  logs: [
    {
      format: 'detekt-text',
      hint: /^[^\s:][^:]{0,400}\.kts?:\d{1,7}:\d{1,7}: \S.{0,3000} \[[A-Z]\w{2,80}\]$|^Analysis failed with \d|^Exception in thread "main" com\.beust\.jcommander\.ParameterException: /,
      createParser: createDetektParser,
    },
    missingCommand('detekt(?:-cli)?'),
  ],
};
