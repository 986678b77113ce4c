import type { Tool } from '../../../core/tool.ts';
import { parseCycloneDxJson, parseCycloneDxXml } from './parser.ts';

/** The vulnerabilities of a CycloneDX bill of materials, with what was decided about them. Components are not findings. */
export const tool: Tool = {
  name: 'generic/cyclonedx',
  title: 'CycloneDX',
  family: 'cyclonedx',
  versions: 'CycloneDX 1.4 of pip-audit 2.10; analysis and ratings after the specification 1.6',
  evidence: 'captured',
  docs: ['https://cyclonedx.org/docs/1.6/json/', 'https://cyclonedx.org/capabilities/vex/'],
  reports: [
    {
      format: 'cyclonedx-json',
      // Some writers sort their keys, so that the name of the format comes last.
      sniff: ({ text }) =>
        text.startsWith('{') &&
        (/"bomFormat":\s{0,20}"CycloneDX"/.test(text) ||
          /^\{\s{0,20}"components":\s{0,20}\[\s{0,20}\{\s{0,20}"bom-ref":/.test(text)),
      parse: parseCycloneDxJson,
    },
    {
      format: 'cyclonedx-xml',
      sniff: ({ text, xmlRoot }) => xmlRoot === 'bom' && text.includes('cyclonedx.org/schema/bom'),
      parse: parseCycloneDxXml,
    },
  ],
};
