import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { type AuditTable, createAuditTableReader } from '../audit-table.ts';
import { toToolFault } from '../tool-fault.ts';
import { readPatched, toVulnerabilityDraft, type Vulnerability } from '../vulnerability.ts';
import { LOCK_FILE } from './json-lines.ts';

const TOTAL = /^(?<count>\d{1,7}) vulnerabilities found - /;
const BANNER = /^yarn audit v(?<version>\d[\w.-]{0,60})$/;
/** Berry draws a tree: a package without a corner before it, its fields below. */
const BRANCH = /^[├└]─ (?<name>@?[\w./-]{1,300})$/;
const LEAF = /^[│ ] {2}(?:[│ ] {2})?[├└]─ (?:(?<label>[A-Z][\w ]{1,40}): )?(?<value>\S.{0,1000})$/;
const STEM = /^[│ ](?: {2}│)? {0,3}$/;

type Branch = {
  name: string;
  fields: Record<string, string>;
  versions: string[];
  dependents: string[];
  under: string;
  logLine: number;
};

export function createYarnAuditParser(collector: LogCollector): LogParser {
  let vulnerabilities = 0;
  let version: string | undefined;
  let branch: Branch | undefined;

  const add = (flaw: Vulnerability) => {
    vulnerabilities += 1;
    collector.add(toVulnerabilityDraft(flaw, LOCK_FILE, collector));
  };
  const tables = createAuditTableReader((table) => {
    if (table.cells['Patched in'] !== undefined) add(readTable(table));
  });

  const closeBranch = () => {
    if (branch?.fields.ID !== undefined)
      collector.add(toVulnerabilityDraft(readBranch(branch), LOCK_FILE, collector));
    branch = undefined;
  };

  const closeRun = (draft: Parameters<LogCollector['closeRun']>[0]) => {
    collector.closeRun({ ...draft, version, parsed: { vulnerabilities } });
    vulnerabilities = 0;
    version = undefined;
  };

  const readLine = (line: LogLine): LineVerdict => {
    const { head, text, number } = line;
    const banner = BANNER.exec(head)?.groups;
    if (banner !== undefined) {
      if (version !== undefined) closeRun({ completeness: 'partial', note: 'the audit has no end' });
      version = banner.version;
      return 'reading';
    }
    const total = TOTAL.exec(head)?.groups;
    if (total !== undefined) {
      closeRun({ completeness: 'complete', claimed: { vulnerabilities: Number(total.count) } });
      return 'taken';
    }
    if (head.endsWith('No audit suggestions')) {
      closeRun({ completeness: 'complete' });
      return 'taken';
    }
    if (version !== undefined && head.startsWith('error ')) {
      collector.add(toToolFault(text.slice('error '.length), number));
      closeRun({ completeness: 'failed', note: text.slice('error '.length) });
      return 'taken';
    }
    return tables.line(line);
  };

  return {
    line: (line) => {
      const name = BRANCH.exec(line.head)?.groups?.name;
      if (name !== undefined) {
        closeBranch();
        branch = {
          name,
          fields: Object.create(null),
          versions: [],
          dependents: [],
          under: '',
          logLine: line.number,
        };
        return 'watching';
      }
      if (branch !== undefined && followBranch(branch, line.head)) return 'reading';
      closeBranch();
      return readLine(line);
    },
    end: () => {
      closeBranch();
      if (version !== undefined) closeRun({ completeness: 'partial', note: 'the log ends before the total' });
    },
  };
}

function followBranch(branch: Branch, head: string): boolean {
  const leaf = LEAF.exec(head)?.groups;
  if (leaf?.value === undefined) return STEM.test(head);
  if (leaf.label !== undefined) branch.fields[leaf.label] = leaf.value;
  else if (leaf.value === 'Tree Versions' || leaf.value === 'Dependents') branch.under = leaf.value;
  else if (branch.under === 'Tree Versions') branch.versions.push(leaf.value);
  else if (branch.under === 'Dependents') branch.dependents.push(leaf.value);
  else return false;
  return true;
}

function readBranch({ name, fields, versions, dependents, logLine }: Branch): Vulnerability {
  return {
    name,
    title: fields.Issue ?? 'unnamed vulnerability',
    severity: fields.Severity ?? '',
    url: fields.URL,
    ids: [`npm-${fields.ID}`],
    range: fields['Vulnerable Versions'],
    installed: versions.join(', '),
    paths: dependents,
    logLine,
  };
}

function readTable({ severity, title, cells, logLine }: AuditTable): Vulnerability {
  return {
    name: cells.Package ?? '(no name)',
    title,
    severity,
    url: cells['More info'],
    paths: cells.Path === undefined ? [] : [cells.Path],
    ...readPatched(cells['Patched in']),
    logLine,
  };
}
