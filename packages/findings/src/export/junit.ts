// JUnit XML as most readers take it: a suite for each tool, a failed case for each finding.
import type { FindingKind } from '@crafting-table/contracts/finding';
import type { JobFinding } from '@crafting-table/contracts/finding-life';
import { fullText, type ExportedJob, type FindingWriter } from './finding-writer.ts';

/** The tool could not judge, which is not the same as a judgement. */
const ERROR_KINDS: ReadonlySet<FindingKind> = new Set([
  'test_error',
  'crash',
  'tool_error',
  'infra_error',
  'config_error',
]);

/** What is fixed has passed; what is suppressed or unknown was skipped. */
export function createJunitWriter({ name, counts }: ExportedJob): FindingWriter {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let tool: string | null = null;
  const closeSuite = () => (tool === null ? '' : '</testsuite>\n');
  return {
    begin: () =>
      `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${attributes({ name, tests: String(total) })}>\n`,
    add: (finding) => {
      const written = writeCase(finding);
      if (finding.tool === tool) return written;
      const closed = closeSuite();
      tool = finding.tool;
      const suite = { name: tool, tests: String(counts.get(tool) ?? 0) };
      return `${closed}<testsuite ${attributes(suite)}>\n${written}`;
    },
    end: () => `${closeSuite()}</testsuites>\n`,
  };
}

function writeCase(finding: JobFinding): string {
  const { test, path, package: named, region, kind } = finding;
  const stated = attributes({
    classname: test?.suite ?? path ?? named?.manifest ?? kind,
    name: test?.name ?? nameOf(finding),
    file: path,
    line: region && String(region.line),
  });
  return `<testcase ${stated}>${writeVerdict(finding)}</testcase>\n`;
}

/** Readers tell cases apart by their names. */
function nameOf({ rule_id, message, region }: JobFinding): string {
  const place = region && `line ${region.line}${region.col === undefined ? '' : `:${region.col}`}`;
  return [rule_id, place, message].filter((part) => part !== undefined).join(': ');
}

function writeVerdict(finding: JobFinding): string {
  const { state, suppressed, accepted, kind, message, rule_id } = finding;
  if (state === 'fixed') return '';
  const why = state === 'unknown' ? 'unknown' : (suppressed ?? accepted) && 'suppressed';
  if (why !== undefined) {
    const reason = suppressed?.reason ?? accepted?.reason;
    return `<skipped ${attributes({ message: reason === undefined ? why : `${why}: ${reason}` })}/>`;
  }
  const element = ERROR_KINDS.has(kind) ? 'error' : 'failure';
  const stated = attributes({ message, type: rule_id ?? kind });
  return `<${element} ${stated}>${escapeText(fullText(finding))}</${element}>`;
}

function attributes(stated: Record<string, string | undefined>): string {
  return Object.entries(stated)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => `${name}="${escapeAttribute(value)}"`)
    .join(' ');
}

function escapeText(text: string): string {
  return allowed(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Line ends in an attribute would be read as blanks. */
function escapeAttribute(text: string): string {
  return escapeText(text)
    .replaceAll('"', '&quot;')
    .replaceAll(/[\t\n\r]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** XML 1.0 has no way to write the others. */
function allowed(text: string): string {
  return text.replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}');
}
