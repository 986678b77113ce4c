// JSON of audits: the layout of npm 6, which pnpm still writes, and the objects all of them write instead of a result.
import type { FindingCollector } from '../../core/finding-collector.ts';
import type { ReportFile, ReportReader } from '../../core/tool.ts';
import {
  field,
  isRecord,
  type JsonRecord,
  numberAt,
  recordAt,
  recordsAt,
  stringAt,
  stringsAt,
} from '../../engine/json-fields.ts';
import { openJsonReport } from '../../engine/json-report.ts';
import { toToolFault } from './tool-fault.ts';
import { readCvss, readCwe, readPatched, toVulnerabilityDraft, type Vulnerability } from './vulnerability.ts';

/** The flaws are members of an object, not of a list: of a document that breaks off none can be saved. */
const RECORD_DEPTH = 1;
const LEVELS = ['info', 'low', 'moderate', 'high', 'critical'];

/** Reads a whole document; `readResult` gets it unless it only tells what went wrong. Returns what it counted. */
export function parseAuditJson(
  file: ReportFile,
  reader: ReportReader,
  tool: string,
  readResult: (root: JsonRecord, collector: FindingCollector) => number,
): void {
  const report = openJsonReport(file, reader, { tool, recordDepth: RECORD_DEPTH });
  if (report === undefined) return;
  const { collector, root } = report;
  const fault = readFault(root);
  if (fault !== undefined) {
    collector.add(toToolFault(fault));
    return report.close({ completeness: 'failed', note: fault });
  }
  const vulnerabilities = readResult(root, collector);
  const claimed = readClaims(root);
  report.close({
    completeness: claimed === undefined ? 'unknown' : 'complete',
    claimed: claimed === undefined ? undefined : { vulnerabilities: claimed },
    parsed: { vulnerabilities },
  });
}

/** `{advisories: {id: {findings, module_name, ...}}}`. */
export function readAdvisories(root: JsonRecord, collector: FindingCollector, lockFile: string): number {
  const advisories = Object.values(recordAt(root, 'advisories')).filter(isRecord);
  for (const advisory of advisories) {
    for (const flaw of readAdvisory(advisory)) collector.add(toVulnerabilityDraft(flaw, lockFile, collector));
  }
  return advisories.length;
}

/** One for each installed version that has the flaw. */
export function readAdvisory(advisory: JsonRecord): Vulnerability[] {
  const stated: Vulnerability = {
    name: stringAt(advisory, 'module_name') ?? '(no name)',
    title: stringAt(advisory, 'title') ?? 'unnamed vulnerability',
    severity: stringAt(advisory, 'severity') ?? '',
    url: stringAt(advisory, 'url'),
    ids: [...stringsAt(advisory, 'cves'), ...(stringAt(advisory, 'github_advisory_id')?.split(' ') ?? [])],
    range: stringAt(advisory, 'vulnerable_versions'),
    cwe: readCwe(advisory),
    cvss: readCvss(advisory),
    // pnpm 11 knows that there is no fixed version when it says null.
    ...readPatched(
      field(advisory, 'patched_versions') === null ? 'None' : stringAt(advisory, 'patched_versions'),
    ),
  };
  const found = recordsAt(advisory, 'findings');
  if (found.length === 0) return [stated];
  return found.map((finding) => {
    const dev = field(finding, 'dev');
    return {
      ...stated,
      installed: stringAt(finding, 'version'),
      paths: stringsAt(finding, 'paths').slice(0, 20).map(toWay),
      devOnly: typeof dev === 'boolean' ? dev : undefined,
    };
  });
}

/** `.>web>parser` and `web>parser` → `web > parser`. */
function toWay(path: string): string {
  return path.replace(/^\.>/, '').replaceAll('>', ' > ');
}

/** `{error: {code, summary, detail}}` of npm, `{error: {code, message}}` of pnpm, `{message, statusCode}` of a failed request. */
function readFault(root: JsonRecord): string | undefined {
  if (isRecord(field(root, 'vulnerabilities')) || isRecord(field(root, 'advisories'))) return undefined;
  const error = recordAt(root, 'error');
  const words = [stringAt(error, 'code'), stringAt(error, 'summary') ?? stringAt(error, 'message')];
  const told = words.filter((word) => word !== undefined).join(': ');
  return told === '' ? (stringAt(root, 'message') ?? 'the document holds no result') : told;
}

/** npm 7 and later state a total, the others only the counts by severity. */
function readClaims(root: JsonRecord): number | undefined {
  const counts = recordAt(recordAt(root, 'metadata'), 'vulnerabilities');
  const byLevel = LEVELS.map((level) => numberAt(counts, level)).filter((count) => count !== undefined);
  return (
    numberAt(counts, 'total') ??
    (byLevel.length === 0 ? undefined : byLevel.reduce((sum, one) => sum + one, 0))
  );
}
