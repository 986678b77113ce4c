import type { Region, RelatedPlace } from '@crafting-table/contracts/finding';
import type { FindingState, JobFinding } from '@crafting-table/contracts/finding-life';
import { fullText } from './finding-writer.ts';
import { securityProperties } from './sarif-rules.ts';

const BASELINE: Record<FindingState, string> = {
  new: 'new',
  reopened: 'new',
  existing: 'unchanged',
  unknown: 'unchanged',
  updated: 'updated',
  fixed: 'absent',
};

/** `ruleIndex`: where the run tells of its rule; undefined when it has none. */
export function toResult(finding: JobFinding, ruleIndex: number | undefined): object {
  const { state, rule_id, level, related = [], native_fingerprints } = finding;
  // The tool was not able to decide whether the problem is still there.
  const isOpen = state === 'unknown';
  const suppressions = toSuppressions(finding);
  return {
    ...(rule_id !== undefined && { ruleId: rule_id, ruleIndex }),
    kind: isOpen ? 'open' : 'fail',
    level: isOpen ? 'none' : level,
    message: { text: fullText(finding) },
    baselineState: BASELINE[state],
    ...optional('locations', toLocations(finding)),
    ...optional('relatedLocations', related.map(toRelated)),
    fingerprints: { 'craftingTable/v1': finding.fingerprint },
    ...(native_fingerprints && { partialFingerprints: native_fingerprints }),
    ...optional('suppressions', suppressions),
    occurrenceCount: finding.occurrences,
    properties: { ...securityProperties(finding), craftingTable: withoutPlaces(finding) },
  };
}

/** What the format has no place for, or what its places would change. */
function withoutPlaces(finding: JobFinding): object {
  const {
    tool: _tool,
    rule_id: _ruleId,
    message: _message,
    detail: _detail,
    path: _path,
    level,
    cwe: _cwe,
    native_fingerprints: _native,
    occurrences: _occurrences,
    ...rest
  } = finding;
  // A result that is left open has no level of its own.
  return finding.state === 'unknown' ? { ...rest, level } : rest;
}

function toLocations({ path, path_raw, region, scope, snippet }: JobFinding): object[] {
  const artifact = toArtifact(path, path_raw);
  const logicalLocations = scope === undefined ? [] : [{ fullyQualifiedName: scope }];
  if (artifact === undefined) return logicalLocations.length === 0 ? [] : [{ logicalLocations }];
  const around = region && snippet && snippet.length > 0 ? { snippet, line: region.line } : undefined;
  return [
    {
      physicalLocation: {
        artifactLocation: artifact,
        ...(region && { region: toRegion(region) }),
        ...(around && { contextRegion: toContext(around) }),
      },
      ...optional('logicalLocations', logicalLocations),
    },
  ];
}

/** The number tells equal ones apart, which the format asks for. */
function toRelated({ path, path_raw, region, message }: RelatedPlace, id: number): object {
  const artifact = toArtifact(path, path_raw);
  return {
    id,
    ...(artifact && {
      physicalLocation: { artifactLocation: artifact, ...(region && { region: toRegion(region) }) },
    }),
    ...(message !== undefined && { message: { text: message } }),
  };
}

function toArtifact(path: string | undefined, raw: string | undefined): object | undefined {
  if (path !== undefined) return { uri: encodePath(path), uriBaseId: '%SRCROOT%' };
  return raw === undefined ? undefined : { uri: toUri(raw) };
}

/** A place outside the repository, as the tool wrote it. */
function toUri(raw: string): string {
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(raw) && URL.canParse(raw)) return new URL(raw).href;
  const path = raw.replaceAll('\\', '/');
  if (/^[A-Za-z]:\//.test(path)) return `file:///${path.slice(0, 2)}${encodePath(path.slice(2))}`;
  return path.startsWith('/') ? `file://${encodePath(path)}` : encodePath(path);
}

function encodePath(path: string): string {
  return path.toWellFormed().split('/').map(encodeURIComponent).join('/');
}

function toRegion({ line, col, end_line, end_col }: Region): object {
  return {
    startLine: line,
    ...(col !== undefined && { startColumn: col }),
    ...(end_line !== undefined && { endLine: end_line }),
    ...(end_col !== undefined && { endColumn: end_col }),
  };
}

/** Up to two lines before the place are shown; at the top of a file there are fewer. */
function toContext({ snippet, line }: { snippet: readonly string[]; line: number }): object {
  const startLine = Math.max(1, line - 2);
  return { startLine, endLine: startLine + snippet.length - 1, snippet: { text: snippet.join('\n') } };
}

/** Who said so stands beside it: the format wants no two of them to be equal. */
function toSuppressions({ suppressed, accepted }: JobFinding): object[] {
  const by = [
    ...(suppressed ? [{ ...suppressed, kind: suppressed.by === 'source' ? 'inSource' : 'external' }] : []),
    ...(accepted ? [{ ...accepted, kind: 'external' }] : []),
  ];
  return by.map(({ kind, reason, ...properties }) => ({
    kind,
    status: 'accepted',
    ...(reason !== undefined && { justification: reason }),
    properties,
  }));
}

function optional(name: string, items: readonly object[]): object {
  return items.length === 0 ? {} : { [name]: items };
}
