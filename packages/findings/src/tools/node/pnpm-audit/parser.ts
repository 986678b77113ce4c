import type { LogCollector, LogParser, SharedWords } from '../../../core/tool.ts';
import { type AuditTable, createAuditTableReader } from '../audit-table.ts';
import { toToolFault } from '../tool-fault.ts';
import { readPatched, toVulnerabilityDraft, type Vulnerability } from '../vulnerability.ts';

export const LOCK_FILE = 'pnpm-lock.yaml';
/** The command on its way; `pnpm -r audit`, `corepack pnpm audit`. */
const MENTION = /^.{0,100}pnpm (?:\S{1,60} ){0,4}audit/;
const TOTAL = /^(?<count>\d{1,7}) vulnerabilities found$/;
/** pnpm 9 puts thin spaces around its codes. */
const FAULT = /^\s?\[?(?<code>ERR_PNPM_AUDIT_\w{1,60})\]?\s{1,3}(?<words>\S.{0,2000})$/;

export function createPnpmAuditParser(collector: LogCollector): LogParser {
  let vulnerabilities = 0;
  let isMentioned = false;
  const tables = createAuditTableReader((table) => {
    // yarn 1 draws the same boxes with other words in them.
    if (table.cells['Vulnerable versions'] === undefined) return;
    vulnerabilities += 1;
    collector.add(toVulnerabilityDraft(readTable(table), LOCK_FILE, collector));
  });

  const closeRun = (claimed: number, claim?: SharedWords) => {
    collector.closeRun({
      completeness: 'complete',
      claim,
      claimed: { vulnerabilities: claimed },
      parsed: { vulnerabilities },
    });
    vulnerabilities = 0;
    isMentioned = false;
  };

  /** Without a lock file there is nothing that pnpm could audit. */
  const evidence = () => (isMentioned ? 'words' : collector.resolve(LOCK_FILE).known ? 'file' : 'none');

  return {
    line: (line) => {
      const { head, number } = line;
      if (head === 'No known vulnerabilities found') {
        closeRun(0, { logLine: number, evidence: evidence() });
        return 'taken';
      }
      const total = TOTAL.exec(head)?.groups;
      if (total !== undefined) {
        closeRun(Number(total.count));
        return 'taken';
      }
      const fault = FAULT.exec(head)?.groups;
      if (fault?.words !== undefined) {
        const words = `${fault.code}: ${fault.words}`;
        collector.add(toToolFault(words, number));
        collector.closeRun({ completeness: 'failed', note: words });
        return 'taken';
      }
      isMentioned ||= MENTION.test(head);
      return tables.line(line);
    },
    end: () => {
      if (vulnerabilities > 0) {
        collector.closeRun({
          completeness: 'partial',
          parsed: { vulnerabilities },
          note: 'the log ends before the total',
        });
      }
    },
  };
}

function readTable({ severity, title, cells, logLine }: AuditTable): Vulnerability {
  const paths = cells.Paths ?? '';
  return {
    name: cells.Package ?? '(no name)',
    title,
    severity,
    url: cells['More info'],
    range: cells['Vulnerable versions'],
    paths:
      paths === ''
        ? []
        : paths
            .split(' ')
            .filter((path) => path.includes('>'))
            .map((path) => path.replace(/^\.>/, '').replaceAll('>', ' > ')),
    ...readPatched(cells['Patched versions']),
    logLine,
  };
}
