import type { FindingCollector } from '../../../core/finding-collector.ts';
import type { ReportFile, ReportReader, ToolRunDraft } from '../../../core/tool.ts';
import {
  asRecord,
  field,
  type JsonRecord,
  recordAt,
  recordsAt,
  stringAt,
} from '../../../engine/json-fields.ts';
import { judgeReport, openJsonReport, TOOL_FAULT } from '../json-report.ts';
import { toFlawDraft } from '../known-flaw.ts';
import { readCodeFinding } from './code-finding.ts';
import { isPackageFlaw, readPackageFlaw } from './package-flaw.ts';

/** `{vulnerabilities: [vulnerability`: two brackets are open around one. */
const VULNERABILITY_DEPTH = 2;

/** `{version, scan: {type, scanner, status, messages}, vulnerabilities: [...]}`. */
export function parseGitlabSecurity(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'gitlab-security', recordDepth: VULNERABILITY_DEPTH });
  if (report === undefined) return;
  const root = asRecord(report.value);
  const scan = recordAt(root, 'scan');
  const scanner = recordAt(scan, 'scanner');
  const type = stringAt(scan, 'type');
  const vulnerabilities = recordsAt(root, 'vulnerabilities');
  const collector = reader.collect(scannerOf(scanner, vulnerabilities));
  for (const vulnerability of vulnerabilities) {
    const category = stringAt(vulnerability, 'category') ?? type;
    collector.add(
      isPackageFlaw(vulnerability, category)
        ? toFlawDraft(readPackageFlaw(vulnerability), collector)
        : readCodeFinding(vulnerability, category),
    );
  }
  reader.close(collector, {
    version: stringAt(scanner, 'version'),
    parsed: { vulnerabilities: vulnerabilities.length },
    ...judgeReport(report, judgeScan(scan, collector)),
  });
}

function scannerOf(scanner: JsonRecord, vulnerabilities: readonly JsonRecord[]): string {
  const first = recordAt(vulnerabilities[0] ?? {}, 'scanner');
  const id = stringAt(scanner, 'id') ?? stringAt(first, 'id') ?? 'gitlab-security';
  return id.toLowerCase();
}

/** A scanner that gave up says so in `status`, and why in its messages. */
function judgeScan(
  scan: JsonRecord,
  collector: FindingCollector,
): Pick<ToolRunDraft, 'completeness' | 'note'> | undefined {
  const fatal = recordsAt(scan, 'messages').filter((message) => field(message, 'level') === 'fatal');
  if (field(scan, 'status') !== 'failure' && fatal.length === 0) return undefined;
  const told = fatal.map((message) => stringAt(message, 'value')).filter((text) => text !== undefined);
  const note = told[0] ?? 'the scan failed';
  for (const text of told.length > 0 ? told : [note]) collector.add({ ...TOOL_FAULT, text });
  return { completeness: 'failed', note };
}
