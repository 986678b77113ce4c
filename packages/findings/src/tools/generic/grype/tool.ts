import type { Tool } from '../../../core/tool.ts';
import { parseGrype } from './parser.ts';

/** Vulnerabilities of images, file systems and bills of materials. */
export const tool: Tool = {
  name: 'generic/grype',
  title: 'Grype',
  family: 'grype',
  versions: '0.6x to 0.10x (JSON)',
  evidence: 'documented',
  docs: [
    'https://github.com/anchore/grype#output-formats',
    'https://github.com/anchore/grype/tree/main/grype/presenter/models',
  ],
  reports: [
    {
      format: 'grype-json',
      sniff: ({ text }) =>
        /^\{\s{0,20}"matches":\s{0,20}(?:null|\[)/.test(text) &&
        (/"vulnerability":\s{0,20}\{/.test(text) || /"descriptor":/.test(text)),
      parse: parseGrype,
    },
  ],
};
