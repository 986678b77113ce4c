import type { FindingCollector } from '../../../core/finding-collector.ts';
import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  field,
  isRecord,
  type JsonRecord,
  recordAt,
  recordsAt,
  stringAt,
} from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
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
  const { collector, root, value } = report;
  const results = Array.isArray(value) ? value.filter(isRecord) : recordsAt(root, 'Results');
  for (const result of results) readTarget(result, collector);
  const isNothing = results.length === 0;
  report.close({
    completeness: isNothing ? 'unknown' : 'complete',
    note: isNothing ? 'no target was scanned' : undefined,
    version: stringAt(recordAt(root, 'Trivy'), 'Version'),
    parsed: { targets: results.length },
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
