import type { Tool } from '../../../core/tool.ts';
import { parseOpenVex } from './parser.ts';

/** Statements on which flaws touch a product and which do not. */
export const tool: Tool = {
  name: 'generic/openvex',
  title: 'OpenVEX',
  family: 'openvex',
  versions: 'OpenVEX 0.2.0 of govulncheck 1.x; 0.0.1 and more statuses after the specification',
  evidence: 'captured',
  docs: ['https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md'],
  reports: [
    {
      format: 'openvex-json',
      sniff: ({ text }) => /^\{[\s\S]{0,4000}"@context":\s{0,20}"https:\/\/openvex\.dev\/ns/.test(text),
      parse: parseOpenVex,
    },
  ],
};
