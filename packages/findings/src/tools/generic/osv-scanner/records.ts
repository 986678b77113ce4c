import type { PackageDetail } from '@crafting-table/contracts/finding';
import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  asRecord,
  isRecord,
  type JsonRecord,
  recordAt,
  recordsAt,
  stringAt,
} from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { toFlawDraft } from '../known-flaw.ts';
import { fixedVersions, isWithdrawn, readOsvFacts } from './osv-record.ts';

/** `{vulns: [record`: two brackets are open around a record. */
const RECORD_DEPTH = 2;

/** One record, a list of them, or the answer of the OSV service. They name packages, not what is installed. */
export function parseOsvRecords(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'osv', recordDepth: RECORD_DEPTH });
  if (report === undefined) return;
  const { collector, value } = report;
  const records = listRecords(value);
  for (const record of records.filter((one) => !isWithdrawn(one))) {
    for (const about of packagesOf(record)) {
      collector.add(toFlawDraft({ ...readOsvFacts(record), package: about }, collector));
    }
  }
  report.close({ completeness: 'complete', parsed: { records: records.length } });
}

function listRecords(value: unknown): readonly JsonRecord[] {
  if (Array.isArray(value)) return value.filter(isRecord);
  const root = asRecord(value);
  return stringAt(root, 'id') === undefined ? recordsAt(root, 'vulns') : [root];
}

function packagesOf(record: JsonRecord) {
  const seen = new Map<string, PackageDetail>();
  for (const affected of recordsAt(record, 'affected')) {
    const about = recordAt(affected, 'package');
    const name = stringAt(about, 'name');
    const ecosystem = stringAt(about, 'ecosystem') ?? 'unknown';
    if (name === undefined) continue;
    const fixed = fixedVersions(record, ecosystem, name);
    seen.set(`${ecosystem}\n${name}`, { ecosystem, name, ...(fixed === undefined ? {} : { fixed }) });
  }
  return [...seen.values()];
}
