import type { Tool } from '../../../core/tool.ts';
import { parseOsvScanner } from './parser.ts';
import { parseOsvRecords } from './records.ts';

/** osv-scanner, and bare records of the OSV schema as other tools and databases hand them out. */
export const tool: Tool = {
  name: 'generic/osv-scanner',
  title: 'OSV-Scanner',
  family: 'osv-scanner',
  versions: '1.9 and 2.x (JSON), OSV schema 1.7',
  evidence: 'documented',
  docs: ['https://google.github.io/osv-scanner/output/', 'https://ossf.github.io/osv-schema/'],
  reports: [
    {
      format: 'osv-scanner-json',
      sniff: ({ text }) =>
        /^\{\s{0,20}"results":\s{0,20}(?:null|\[)/.test(text) &&
        (/"source":\s{0,20}\{\s{0,20}"path":[^\n]{0,2000}[\s\S]{0,40}"type":/.test(text) ||
          /"experimental_config":/.test(text)),
      parse: parseOsvScanner,
    },
    {
      format: 'osv-json',
      sniff: ({ text }) =>
        /^(?:\[|\{\s{0,20}"vulns":\s{0,20}\[)?\s{0,20}\{\s{0,20}"(?:schema_version|id|modified|published)":/.test(
          text,
        ) &&
        /"affected":/.test(text) &&
        /"modified":/.test(text),
      parse: parseOsvRecords,
    },
  ],
};
