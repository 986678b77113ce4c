import type { Tool } from '../../../core/tool.ts';
import { missingHint } from '../missing-tool.ts';
import { createSemgrepParser } from './parser.ts';
import { parseSemgrepJson } from './report.ts';
import { createVimParser } from './vim-lines.ts';

/** Its SARIF and JUnit are read by the generic tools. */
export const tool: Tool = {
  name: 'python/semgrep',
  title: 'Semgrep',
  family: 'semgrep',
  versions: 'semgrep 1.182',
  evidence: 'captured',
  docs: ['https://semgrep.dev/docs/semgrep-appsec-platform/json-and-sarif'],
  logs: [
    {
      format: 'semgrep-text',
      hint: new RegExp(
        [
          '^│ (?:Scan Status|\\d{1,7} (?:[A-Z][\\w-]{1,20} ){1,4}?Findings?) │|^Ran \\d{1,7} rules? on ',
          '^\\[ERROR\\] (?:WARNING: unable to find a config|invalid configuration file found|Rule parse error)',
          '^ {2}File "[^"]{1,200}/site-packages/semgrep/',
          missingHint('semgrep'),
        ].join('|'),
      ),
      createParser: createSemgrepParser,
    },
    {
      format: 'semgrep-vim',
      hint: /^[^\s:]{1,300}:\d{1,7}:\d{1,7}:[CEHIMLW]:/,
      createParser: createVimParser,
    },
  ],
  reports: [
    {
      format: 'semgrep-json',
      sniff: ({ text }) =>
        /^\s{0,20}\{\s{0,20}"(?:version|results|errors)":/m.test(text) &&
        (/"check_id": ?"/.test(text) || /"paths": ?\{\s{0,20}"scanned":/.test(text)),
      parse: parseSemgrepJson,
    },
  ],
};
