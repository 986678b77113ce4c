import type { FindingCollector } from '../../../core/finding-collector.ts';
import type { ReportFile, ReportReader, ToolRunDraft } from '../../../core/tool.ts';
import { field, type JsonRecord, recordAt, recordsAt, stringAt } from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { TOOL_FAULT } from '../../../engine/tool-fault.ts';
import { toFlawDraft } from '../known-flaw.ts';
import { readCodeFinding } from './code-finding.ts';
import { isPackageFlaw, readPackageFlaw } from './package-flaw.ts';

/** Of a report that names no scanner. */
const OWN_NAME = 'gitlab-security';
/** `{vulnerabilities: [vulnerability`: two brackets are open around one. */
const VULNERABILITY_DEPTH = 2;

/** `{version, scan: {type, scanner, status, messages}, vulnerabilities: [...]}`. */
export function parseGitlabSecurity(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, {
    tool: OWN_NAME,
    toolOf: scannerOf,
    recordDepth: VULNERABILITY_DEPTH,
  });
  if (report === undefined) return;
  const { collector, root } = report;
  const scan = recordAt(root, 'scan');
  const type = stringAt(scan, 'type');
  const vulnerabilities = recordsAt(root, 'vulnerabilities');
  for (const vulnerability of vulnerabilities) {
    const category = stringAt(vulnerability, 'category') ?? type;
    collector.add(
      isPackageFlaw(vulnerability, category)
        ? toFlawDraft(readPackageFlaw(vulnerability), collector)
        : readCodeFinding(vulnerability, category),
    );
  }
  report.close({
    version: stringAt(recordAt(scan, 'scanner'), 'version'),
    parsed: { vulnerabilities: vulnerabilities.length },
    ...judgeScan(scan, collector),
  });
}

function scannerOf(root: JsonRecord): string {
  const scanner = recordAt(recordAt(root, 'scan'), 'scanner');
  const first = recordAt(recordsAt(root, 'vulnerabilities')[0] ?? {}, 'scanner');
  const id = stringAt(scanner, 'id') ?? stringAt(first, 'id') ?? OWN_NAME;
  return id.toLowerCase();
}

/** A scanner that gave up says so in `status`, and why in its messages. */
function judgeScan(
  scan: JsonRecord,
  collector: FindingCollector,
): Pick<ToolRunDraft, 'completeness' | 'note'> {
  const fatal = recordsAt(scan, 'messages').filter((message) => field(message, 'level') === 'fatal');
  if (field(scan, 'status') !== 'failure' && fatal.length === 0) return { completeness: 'complete' };
  const told = fatal.map((message) => stringAt(message, 'value')).filter((text) => text !== undefined);
  const note = told[0] ?? 'the scan failed';
  for (const text of told.length > 0 ? told : [note]) collector.add({ ...TOOL_FAULT, text });
  return { completeness: 'failed', note };
}
