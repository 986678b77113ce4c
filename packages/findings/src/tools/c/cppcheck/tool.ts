import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { DIAGNOSTIC_HINT } from '../diagnostic-line.ts';
import { MOVE_HINT } from '../directory-stack.ts';
import { createCppcheckParser } from './parser.ts';
import { parseCppcheckXml } from './report.ts';

/** Cppcheck: its own text, the one it prints in the manner of gcc, and XML version 2. */
export const tool: Tool = {
  name: 'c/cppcheck',
  title: 'Cppcheck',
  family: 'cppcheck',
  versions: 'Cppcheck 2.10',
  evidence: 'captured',
  docs: ['https://cppcheck.sourceforge.io/manual.html#xml-output'],
  logs: [
    {
      format: 'cppcheck-text',
      hint: new RegExp(
        [
          DIAGNOSTIC_HINT,
          MOVE_HINT,
          '^Checking [^\\s:].{0,400}\\.\\.\\.$|^\\d{1,7}/\\d{1,7} files checked \\d|^cppcheck: ',
        ].join('|'),
      ),
      createParser: createCppcheckParser,
    },
    missingCommand('cppcheck'),
  ],
  reports: [
    {
      format: 'cppcheck-xml',
      sniff: ({ text, xmlRoot }) => xmlRoot === 'results' && /<cppcheck\s/.test(text.slice(0, 2000)),
      parse: parseCppcheckXml,
    },
  ],
};
