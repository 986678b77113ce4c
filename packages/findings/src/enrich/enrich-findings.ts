// Gives findings their names and their context while the worktree still exists.
import type { Finding } from '@crafting-table/contracts/finding';
import type { JobFinding } from '@crafting-table/contracts/finding-life';
import { messageTemplate } from '../core/message-template.ts';
import { enclosingScope } from './enclosing-scope.ts';
import {
  FINGERPRINT_VERSION,
  groupOf,
  hashParts,
  namingParts,
  trustedNativeFingerprints,
} from './fingerprint.ts';
import { originOf } from './origin.ts';

/** The lines of a file of the worktree, without line ends; undefined when it cannot or must not be read. */
export type SourceReader = (path: string) => readonly string[] | undefined;

export type EnrichedFinding = Omit<JobFinding, 'state' | 'cause' | 'actionable' | 'accepted'>;

const SNIPPET_LINES_AROUND = 2;
const SNIPPET_LINE_CHARS_MAX = 200;

/** In the order given. Equal findings are told apart by their order in the file, so that each has a name of its own. */
export function enrichFindings(findings: readonly Finding[], readSource: SourceReader): EnrichedFinding[] {
  const enriched = findings.map((finding) => enrich(finding, readSource));
  const equals = Map.groupBy(enriched, ({ primary }) => primary);
  for (const group of equals.values()) {
    if (group.length > 1) group.sort((a, b) => lineOf(a.finding) - lineOf(b.finding));
    for (const [ordinal, each] of group.entries()) each.ordinal = ordinal;
  }
  return enriched.map(({ finding, primary, second, ordinal }) => ({
    ...finding,
    fingerprint: named(primary, ordinal),
    fingerprints: [
      { algorithm: `${groupOf(finding)}/${FINGERPRINT_VERSION}`, value: named(primary, ordinal) },
      ...second,
      ...trustedNativeFingerprints(finding),
    ],
  }));
}

function enrich(finding: Finding, readSource: SourceReader) {
  const lines = finding.path === undefined ? undefined : readSource(finding.path);
  const line = finding.region?.line;
  const text = line === undefined ? undefined : lines?.[line - 1];
  const lineText = text?.replaceAll(/\s+/g, '') || undefined; // An empty line names nothing.
  // A tool may name a line that the file does not have, or has no longer.
  const hasLine = lines !== undefined && line !== undefined && line <= lines.length;
  const context = hasLine ? readContext(finding, lines, line) : {};
  const lineHash = lineText === undefined ? {} : { line_hash: hashParts([lineText]) };
  return {
    finding: { ...finding, ...lineHash, ...context, origin: originOf(finding) },
    primary: hashParts(namingParts(finding, lineText)),
    second: groupOf(finding) === 'code' && lineText !== undefined ? [byMessage(finding)] : [],
    ordinal: 0,
  };
}

function readContext(finding: Finding, lines: readonly string[], line: number) {
  const scope = enclosingScope(lines, line);
  const around = lines.slice(Math.max(0, line - 1 - SNIPPET_LINES_AROUND), line + SNIPPET_LINES_AROUND);
  return {
    ...(scope !== undefined && { scope }),
    // The text of a secret must not travel further than it has.
    ...(finding.kind !== 'secret' && {
      snippet: around.map((each) => each.slice(0, SNIPPET_LINE_CHARS_MAX)),
    }),
  };
}

/** For a finding whose line was edited, and for readers who know only the message. */
function byMessage({ kind, tool, rule_id, path, message }: Finding) {
  const parts = ['message', kind, tool, rule_id ?? '', path ?? '', messageTemplate(message)];
  return { algorithm: `message/${FINGERPRINT_VERSION}`, value: hashParts(parts) };
}

/** The first of its equals has the bare name. */
function named(primary: string, ordinal: number): string {
  return ordinal === 0 ? primary : hashParts([primary, String(ordinal)]);
}

function lineOf(finding: Finding): number {
  return finding.region?.line ?? 0;
}
