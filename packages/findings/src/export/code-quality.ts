// GitLab code quality, a subset of the Code Climate format: https://docs.gitlab.com/ci/testing/code_quality/
import type { JobFinding } from '@crafting-table/contracts/finding-life';
import type { Severity } from '@crafting-table/contracts/words';
import { counts, type FindingWriter } from './finding-writer.ts';

/** The words of the format; it has none for what nobody knows. */
const SEVERITY_WORDS: Record<Severity, string> = {
  critical: 'blocker',
  high: 'critical',
  medium: 'major',
  low: 'minor',
  info: 'info',
  unknown: 'minor',
};

/** Suppressions have no place in the format: what is suppressed, fixed or unknown is left out. */
export function createCodeQualityWriter(): FindingWriter {
  let isFirst = true;
  return {
    begin: () => '[',
    add: (finding) => {
      if (!counts(finding)) return '';
      const comma = isFirst ? '' : ',';
      isFirst = false;
      return `${comma}\n${JSON.stringify(toEntry(finding))}`;
    },
    end: () => '\n]\n',
  };
}

/** Path and line are needed; what has no place is shown where it comes from, or at the top of the repository. */
function toEntry({
  tool,
  rule_id,
  kind,
  message,
  fingerprint,
  severity,
  region,
  ...place
}: JobFinding): object {
  return {
    description: message,
    check_name: rule_id ?? `${tool}/${kind}`,
    fingerprint,
    severity: SEVERITY_WORDS[severity],
    location: {
      path: place.path ?? place.package?.manifest ?? '.',
      lines: { begin: region?.line ?? 1, ...(region?.end_line !== undefined && { end: region.end_line }) },
    },
  };
}
