import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { flawToDraft } from '../advisory.ts';
import { exceptionType } from '../exception-line.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';
import { createMissingCheck, reportMissingTool } from '../missing-tool.ts';
import { readRow, readTable, type Table } from './table.ts';

/** On a command line and as a module. */
export const PIP_AUDIT_NAMES = 'pip-audit|pip_audit';
const isMissing = createMissingCheck(PIP_AUDIT_NAMES);

/** `uv audit` goes on with the statuses of projects. */
const FOUND =
  /^(?:Found (?<count>\d{1,9}) known vulnerabilit(?:y|ies)(?! and (?:no|\d{1,9}) adverse )|No known vulnerabilities found)/;
const HEADING = /^Name {1,200}(?:Version |Skip Reason)/;
const OWN_FRAME = /^ {2}File "[^"]{1,200}\/(?:bin\/pip-audit|pip_audit\/__main__\.py)"/;
/** The command on its way, an installation, a warning: not of other tools, in any case. */
const MENTION = /^.{0,100}pip[-_]audit/;
const COMMAND = /^(?:[+$>#] {1,3})?(?:[\w./-]{1,60} ){0,4}pip[-_]audit(?: |$)/;
const FAULT = /^ERROR:pip_audit[\w.]{0,100}:/;

type Audit = {
  claimed: number | undefined;
  rows: number;
  skipped: number;
  /** Where it said that there is nothing, which others say as well. */
  cleanAt: number | undefined;
};

/** The count goes to standard error and the tables to standard output, so either may come first. */
export function createPipAuditParser(collector: LogCollector): LogParser {
  let audit: Audit | undefined;
  let heading: string | undefined;
  let table: Table | undefined;
  let isCrashing = false;
  let isMentioned = false;

  const close = () => {
    if (audit === undefined) return;
    const { claimed, rows, skipped, cleanAt } = audit;
    audit = undefined;
    const evidence = isMentioned || rows + skipped > 0 ? 'words' : 'none';
    isMentioned = false;
    collector.closeRun({
      claimed: claimed === undefined ? undefined : { vulnerabilities: claimed },
      parsed: { vulnerabilities: rows },
      claim: cleanAt === undefined ? undefined : { logLine: cleanAt, evidence },
      ...(skipped === 0
        ? { completeness: 'complete' }
        : { completeness: 'partial', note: `packages that were not audited: ${skipped}` }),
    });
  };

  const current = (): Audit => (audit ??= { claimed: undefined, rows: 0, skipped: 0, cleanAt: undefined });

  const readTableLine = (line: LogLine): LineVerdict => {
    if (heading !== undefined) {
      table = readTable(heading, line.head);
      heading = undefined;
      return table === undefined ? 'ignored' : 'reading';
    }
    const row = table && readRow(table, line.head);
    if (row === undefined) {
      table = undefined;
      return 'ignored';
    }
    addRow(collector, current(), row, line.number);
    return 'reading';
  };

  const fail = (line: LogLine, text: string): LineVerdict => {
    audit = undefined;
    isCrashing = false;
    reportToolFault(collector, { text, logLine: line.number });
    return 'taken';
  };

  return {
    line: (line) => {
      if (isMissing(line.head)) {
        reportMissingTool(collector, line);
        return 'taken';
      }
      const found = FOUND.exec(line.head);
      if (found !== null) {
        if (audit?.claimed !== undefined) close();
        const open = current();
        open.claimed = Number(found.groups?.count ?? 0);
        if (found.groups?.count === undefined) open.cleanAt = line.number;
        return 'taken';
      }
      if (FAULT.test(line.head)) return fail(line, line.text.replace(FAULT, ''));
      if (OWN_FRAME.test(line.head)) {
        isCrashing = true;
        return 'reading';
      }
      if (isCrashing) {
        if (/^\s/.test(line.head)) return 'reading';
        isCrashing = false;
        return exceptionType(line.head) === undefined ? 'ignored' : fail(line, line.text);
      }
      if (MENTION.test(line.head)) {
        // Whatever was audited before is over.
        if (COMMAND.test(line.head)) close();
        isMentioned = true;
      }
      if (!HEADING.test(line.head)) return readTableLine(line);
      heading = line.head;
      table = undefined;
      return 'reading';
    },
    end: close,
  };
}

function addRow(collector: LogCollector, audit: Audit, row: Map<string, string>, logLine: number): void {
  const list = (title: string) => (row.get(title) ?? '').split(/, ?/).filter((item) => item !== '');
  const name = row.get('Name') ?? '';
  const id = row.get('ID');
  if (row.has('Skip Reason')) audit.skipped++;
  if (id === undefined || id === '' || name === '') return;
  audit.rows++;
  const description = row.get('Description');
  collector.add(
    flawToDraft({
      name,
      version: row.get('Version') ?? '',
      id,
      aliases: list('Aliases'),
      fixed: list('Fix Versions'),
      summary: description === '' ? undefined : description,
      logLine,
    }),
  );
}
