import type { Tool } from '../../../core/tool.ts';
import { parseCheckstyle } from './parser.ts';

/** Checkstyle's XML, which linters of every language write. */
export const tool: Tool = {
  name: 'generic/checkstyle',
  title: 'Checkstyle XML',
  family: 'checkstyle',
  versions: 'checkstyle 10, eslint-formatter-checkstyle 9.0 and shellcheck 0.9',
  evidence: 'captured',
  docs: [
    'https://checkstyle.org/cmdline.html',
    'https://github.com/checkstyle/checkstyle/blob/master/src/main/java/com/puppycrawl/tools/checkstyle/XMLLogger.java',
  ],
  reports: [
    { format: 'checkstyle-xml', sniff: ({ xmlRoot }) => xmlRoot === 'checkstyle', parse: parseCheckstyle },
  ],
};
