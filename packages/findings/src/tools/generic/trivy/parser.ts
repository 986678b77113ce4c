import type { FindingCollector } from '../../../core/finding-collector.ts';
import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  asRecord,
  field,
  isRecord,
  type JsonRecord,
  recordAt,
  recordsAt,
  stringAt,
} from '../../../engine/json-fields.ts';
import { judgeReport, openJsonReport } from '../json-report.ts';
import { toFlawDraft } from '../known-flaw.ts';
import { readLicense } from './license.ts';
import { isFailed, readMisconfiguration } from './misconfiguration.ts';
import { readSecret } from './secret.ts';
import { readVulnerability, withFinding } from './vulnerability.ts';

/** `{Results: [{Vulnerabilities: [vulnerability`: four brackets are open around one. */
const RECORD_DEPTH = 4;

/** Schema 2 is `{SchemaVersion, Results: [...]}`, schema 1 the bare list of results. */
export function parseTrivy(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'trivy', recordDepth: RECORD_DEPTH });
  if (report === undefined) return;
  const collector = reader.collect('trivy');
  const root = asRecord(report.value);
  const results = Array.isArray(report.value) ? report.value.filter(isRecord) : recordsAt(root, 'Results');
  for (const result of results) readTarget(result, collector);
  const nothing = { completeness: 'unknown', note: 'no target was scanned' } as const;
  reader.close(collector, {
    version: stringAt(recordAt(root, 'Trivy'), 'Version'),
    parsed: { targets: results.length },
    ...judgeReport(report, results.length === 0 ? nothing : undefined),
  });
}

function readTarget(result: JsonRecord, collector: FindingCollector): void {
  for (const vulnerability of recordsAt(result, 'Vulnerabilities')) {
    collector.add(toFlawDraft(readVulnerability(vulnerability, result), collector));
  }
  for (const check of recordsAt(result, 'Misconfigurations').filter(isFailed)) {
    collector.add(readMisconfiguration(check, result));
  }
  for (const secret of recordsAt(result, 'Secrets')) collector.add(readSecret(secret, result));
  for (const license of recordsAt(result, 'Licenses')) collector.add(readLicense(license, result, collector));
  // What `.trivyignore` or a VEX document took out, where the report was asked to show it.
  for (const key of ['ModifiedFindings', 'ExperimentalModifiedFindings']) {
    for (const modified of recordsAt(result, key)) {
      if (field(modified, 'Type') !== 'vulnerability') continue;
      collector.add(toFlawDraft(withFinding(modified, result), collector));
    }
  }
}
