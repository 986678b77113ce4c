import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { field, type JsonRecord, recordAt, recordsAt, stringAt } from '../../../engine/json-fields.ts';
import { type JsonReport, openJsonReport, openValue } from '../../../engine/json-report.ts';
import { toFlawDraft } from '../known-flaw.ts';
import { openComponents } from './component.ts';
import { readVulnerability } from './vulnerability.ts';
import { readXmlBom } from './xml-bom.ts';

/** `{vulnerabilities: [{ratings: [rating`: a vulnerability lies within two brackets. */
const VULNERABILITY_DEPTH = 2;

export function parseCycloneDxJson(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'cyclonedx', recordDepth: VULNERABILITY_DEPTH });
  if (report !== undefined) readBom(report);
}

/** The XML form holds the same, so it is brought into the shape of the JSON form. */
export function parseCycloneDxXml(file: ReportFile, reader: ReportReader): void {
  const { bom, problem } = readXmlBom(file.bytes);
  readBom(openValue(bom, reader, { tool: 'cyclonedx', cutNote: problem }));
}

function readBom({ collector, root: bom, close }: JsonReport): void {
  const components = openComponents(bom);
  const vulnerabilities = recordsAt(bom, 'vulnerabilities');
  for (const vulnerability of vulnerabilities) {
    for (const flaw of readVulnerability(vulnerability, components))
      collector.add(toFlawDraft(flaw, collector));
  }
  const isList = Array.isArray(field(bom, 'vulnerabilities'));
  close({
    completeness: isList ? 'complete' : 'unknown',
    note: isList ? undefined : 'a bill of materials without vulnerabilities',
    version: toolVersion(bom),
    parsed: { vulnerabilities: vulnerabilities.length, components: components.count },
  });
}

/** `metadata.tools` is a list, since 1.5 also an object with a list of components. */
function toolVersion(bom: JsonRecord): string | undefined {
  const metadata = recordAt(bom, 'metadata');
  const first = recordsAt(metadata, 'tools')[0] ?? recordsAt(recordAt(metadata, 'tools'), 'components')[0];
  return first && stringAt(first, 'version');
}
