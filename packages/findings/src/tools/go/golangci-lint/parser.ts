import type { FindingDraft } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { asRecord, recordsAt } from '../../../engine/json-fields.ts';
import { parseJsonLine } from '../../../engine/json-line.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';
import { COMPILERS } from '../diagnostic-blocks.ts';
import { splitLinterRule } from '../diagnostic-line.ts';
import { readIssue, toIssueDraft } from './issue.ts';

const ISSUE =
  /^(?<path>(?:[A-Za-z]:)?[^\s:][^:]{0,400}):(?<line>\d{1,7}):(?:(?<col>\d{1,7}):)? (?<message>\S.*)$/;
const TOTAL = /^(?<count>\d{1,7}) issues[.:]$/;
const PER_LINTER = /^\* [\w-]{1,60}: \d{1,7}$/;
const FAULT = /^level=error msg="(?<words>.{1,2000}?)"?$/;
/** What the compiler said is a block of lines, the last of which ends like an issue. */
const BLOCK = /^\S{1,300}\.go:\d{1,7}: : # \S/;

type Open = { draft: FindingDraft; detail: string[] };

export function createGolangciParser(collector: LogCollector): LogParser {
  let open: Open | undefined;
  let issues = 0;
  let isTotalled = false;
  let isBlock = false;
  let isUncompiled = false;
  let fault: { text: string; logLine: number } | undefined;

  const flush = () => {
    if (open !== undefined) collector.add({ ...open.draft, detail: open.detail.join('\n') });
    open = undefined;
  };

  const readIssueLine = (line: LogLine): LineVerdict => {
    const groups = ISSUE.exec(line.head)?.groups;
    const said = groups?.message === undefined ? undefined : splitLinterRule(groups.message);
    if (groups?.path === undefined || said === undefined || /\d{4}$/.test(said.rule)) return 'ignored';
    if (COMPILERS.has(said.rule)) {
      // Read as the compiler's own.
      if (said.rule === 'typecheck') {
        isUncompiled = true;
        isBlock = false;
        issues += 1;
      }
      return 'watching';
    }
    if (isBlock) return 'watching';
    const region = { line: Number(groups.line), col: numberOf(groups.col), unit: 'byte' } as const;
    issues += 1;
    const draft = toIssueDraft({ path: groups.path, region, message: said.message, linter: said.rule });
    open = { draft: { ...draft, logLine: line.number }, detail: [] };
    return 'reading';
  };

  const close = (count: number): LineVerdict => {
    collector.closeRun({
      ...(isUncompiled
        ? { completeness: 'partial', note: 'packages that do not compile were not looked at' }
        : { completeness: 'complete' }),
      claimed: { issues: count },
      parsed: { issues },
    });
    isUncompiled = false;
    issues = 0;
    isTotalled = true;
    fault = undefined;
    return 'reading';
  };

  const readJson = (line: LogLine): LineVerdict => {
    const document = asRecord(parseJsonLine(line.text));
    const found = recordsAt(document, 'Issues');
    for (const issue of found) collector.add({ ...readIssue(issue), logLine: line.number });
    issues += found.length;
    return 'taken';
  };

  return {
    line: (line) => {
      if (open !== undefined && isFrame(line.head) && open.detail.length < CONTINUATION_LINES_MAX) {
        open.detail.push(line.text);
        return 'reading';
      }
      const wasOpen = open !== undefined;
      const issue = ISSUE.test(line.head);
      flush();
      const total = TOTAL.exec(line.head)?.groups?.count;
      if (total !== undefined) return close(Number(total));
      if (isTotalled && PER_LINTER.test(line.head)) return 'reading';
      isTotalled = false;
      if (line.head.startsWith('{"Issues":')) return readJson(line);
      if (BLOCK.test(line.head)) {
        isBlock = true;
        return 'reading';
      }
      const words = FAULT.exec(line.head)?.groups?.words;
      if (words !== undefined) {
        fault ??= { text: words, logLine: line.number };
        return 'taken';
      }
      const verdict = readIssueLine(line);
      if (verdict !== 'ignored') return verdict;
      if (isBlock) return 'watching';
      return wasOpen && !issue ? 'watching' : 'ignored';
    },
    end: () => {
      flush();
      if (fault !== undefined) reportToolFault(collector, fault);
    },
  };
}

/** The lines of the source, and a mark below the column. */
function isFrame(head: string): boolean {
  return !ISSUE.test(head) && !TOTAL.test(head) && !/^(?:level=|#|\{|\S{1,60}: )/.test(head) && head !== '';
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
