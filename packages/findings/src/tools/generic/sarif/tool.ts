import type { Tool } from '../../../core/tool.ts';
import { parseSarif } from './parser.ts';

/** Static Analysis Results Interchange Format, the one machine format that has a standard. */
export const tool: Tool = {
  name: 'generic/sarif',
  title: 'SARIF',
  family: 'sarif',
  versions: 'SARIF 2.1.0 of eslint 10 (@microsoft/eslint-formatter-sarif 3.1) and ruff 0.17',
  evidence: 'captured',
  docs: ['https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html'],
  reports: [
    {
      format: 'sarif',
      sniff: ({ text }) =>
        /^[ \t]*\{/m.test(text) &&
        (/"\$schema"\s{0,20}:\s{0,20}"[^"]{0,300}sarif/i.test(text) ||
          (/"version"\s{0,20}:\s{0,20}"2\.1\.\d/.test(text) && /"runs"\s{0,20}:\s{0,20}\[/.test(text))),
      parse: parseSarif,
    },
  ],
};
