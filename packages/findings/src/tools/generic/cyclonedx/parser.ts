import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  asRecord,
  field,
  type JsonRecord,
  recordAt,
  recordsAt,
  stringAt,
} from '../../../engine/json-fields.ts';
import { judgeReport, type JsonReport, openJsonReport } from '../json-report.ts';
import { toFlawDraft } from '../known-flaw.ts';
import { openComponents } from './component.ts';
import { readVulnerability } from './vulnerability.ts';
import { readXmlBom } from './xml-bom.ts';

/** `{vulnerabilities: [{ratings: [rating`: a vulnerability lies within two brackets. */
const VULNERABILITY_DEPTH = 2;

export function parseCycloneDxJson(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'cyclonedx', recordDepth: VULNERABILITY_DEPTH });
  if (report !== undefined) readBom(report, reader);
}

/** The XML form holds the same, so it is brought into the shape of the JSON form. */
export function parseCycloneDxXml(file: ReportFile, reader: ReportReader): void {
  const { bom, problem } = readXmlBom(file.bytes);
  readBom(problem === undefined ? { value: bom } : { value: bom, cutNote: problem }, reader);
}

function readBom(report: JsonReport, reader: ReportReader): void {
  const bom = asRecord(report.value);
  const collector = reader.collect('cyclonedx');
  const components = openComponents(bom);
  const vulnerabilities = recordsAt(bom, 'vulnerabilities');
  for (const vulnerability of vulnerabilities) {
    for (const flaw of readVulnerability(vulnerability, components))
      collector.add(toFlawDraft(flaw, collector));
  }
  const isList = Array.isArray(field(bom, 'vulnerabilities'));
  const noList = { completeness: 'unknown', note: 'a bill of materials without vulnerabilities' } as const;
  reader.close(collector, {
    version: toolVersion(bom),
    parsed: { vulnerabilities: vulnerabilities.length, components: components.count },
    ...judgeReport(report, isList ? undefined : noList),
  });
}

/** `metadata.tools` is a list, since 1.5 also an object with a list of components. */
function toolVersion(bom: JsonRecord): string | undefined {
  const metadata = recordAt(bom, 'metadata');
  const first = recordsAt(metadata, 'tools')[0] ?? recordsAt(recordAt(metadata, 'tools'), 'components')[0];
  return first && stringAt(first, 'version');
}
