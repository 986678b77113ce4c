import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { exceptionType } from '../exception-line.ts';
import { reportToolFault, TOOL_FAULT } from '../../../engine/tool-fault.ts';
import { createMissingCheck, reportMissingTool } from '../missing-tool.ts';
import { createFindingsBox } from './findings-box.ts';
import { matchToDraft } from './match.ts';

const isMissing = createMissingCheck('semgrep');

const STATUS = '│ Scan Status │';
const BOX = /^│ (?<count>\d{1,7}) (?<what>[A-Z][\w -]{1,60}) Findings? │$/;
const RAN = /^Ran \d{1,7} rules? on \d{1,9} files?: (?<count>\d{1,9}) findings?\.$/;
const PARSED = /^ • Parsed lines: ~(?<percent>\d{1,3}(?:\.\d{1,3})?)%$/;
const FAULT = /^\[ERROR\] (?<text>.*)$/;
const OWN_FAULT =
  /^\[ERROR\] (?:WARNING: unable to find a config|invalid configuration file found|Rule parse error)/;
const OWN_FRAME = /^ {2}File "[^"]{1,200}\/site-packages\/semgrep\//;

type Fault = { text: string; detail: string[]; logLine: number };
/** `marks`: what may stand in one scan only once. */
type Scan = { marks: Set<string>; matches: number; faults: number; claimed?: number; percent?: number };

/** Summary and findings go to different streams, so either may come first; what comes again begins the next scan. */
export function createSemgrepParser(collector: LogCollector): LogParser {
  let scan: Scan | undefined;
  let fault: Fault | undefined;
  let isCrashing = false;
  let isInBox = false;

  const box = createFindingsBox((match) => {
    collector.add(matchToDraft(match));
    if (scan !== undefined) scan.matches++;
  });

  const closeFault = () => {
    if (fault === undefined) return;
    const { text, detail, logLine } = fault;
    collector.add({
      ...TOOL_FAULT,
      text,
      detail: detail.join('\n'),
      rule: { id: 'scan-fault' },
      logLine,
    });
    fault = undefined;
  };

  const closeBox = () => {
    box.end();
    isInBox = false;
  };

  const close = () => {
    closeBox();
    closeFault();
    if (scan === undefined) return;
    collector.closeRun({
      claimed: scan.claimed === undefined ? undefined : { matches: scan.claimed },
      parsed: { matches: scan.matches },
      ...judge(scan),
    });
    scan = undefined;
  };

  const mark = (name: string): Scan => {
    closeBox();
    if (scan?.marks.has(name)) close();
    scan ??= { marks: new Set(), matches: 0, faults: 0 };
    scan.marks.add(name);
    return scan;
  };

  const readMark = ({ head }: LogLine): LineVerdict | undefined => {
    if (head === STATUS) {
      mark(STATUS);
      return 'reading';
    }
    const heading = BOX.exec(head)?.groups;
    if (heading !== undefined) {
      const current = mark(heading.what ?? '');
      current.claimed ??= Number(heading.count);
      isInBox = true;
      return 'reading';
    }
    const ran = RAN.exec(head)?.groups?.count;
    if (ran === undefined) return undefined;
    mark('ran').claimed = Number(ran);
    return 'reading';
  };

  const openFault = (text: string, logLine: number): LineVerdict => {
    closeFault();
    scan ??= { marks: new Set(), matches: 0, faults: 0 };
    scan.faults++;
    fault = { text, detail: [], logLine };
    return 'reading';
  };

  const readInScan = (current: Scan, line: LogLine): LineVerdict => {
    const { head, text } = line;
    if (isInBox && box.line(line)) return 'reading';
    closeBox();
    const percent = PARSED.exec(head)?.groups?.percent;
    if (percent !== undefined) current.percent = Number(percent);
    if (fault !== undefined && head.trim() !== '' && fault.detail.length < CONTINUATION_LINES_MAX) {
      fault.detail.push(text);
      return 'reading';
    }
    closeFault();
    return 'watching';
  };

  const readCrash = (line: LogLine): LineVerdict => {
    if (/^\s|^$/.test(line.head)) return 'watching';
    isCrashing = false;
    if (exceptionType(line.head) === undefined) return 'ignored';
    close();
    reportToolFault(collector, { text: line.text, logLine: line.number });
    return 'ignored';
  };

  return {
    line: (line) => {
      if (isMissing(line.head)) {
        reportMissingTool(collector, line);
        return 'taken';
      }
      const marked = readMark(line);
      if (marked !== undefined) {
        closeFault();
        return marked;
      }
      const text =
        scan === undefined && !OWN_FAULT.test(line.head) ? undefined : FAULT.exec(line.head)?.groups?.text;
      if (text !== undefined) return openFault(text, line.number);
      if (OWN_FRAME.test(line.head)) {
        isCrashing = true;
        return 'watching';
      }
      if (isCrashing) return readCrash(line);
      return scan === undefined ? 'ignored' : readInScan(scan, line);
    },
    end: close,
  };
}

/** "Scan completed successfully" is also said when no rule could be used. */
function judge({ marks, faults, percent }: Scan) {
  const isOver = marks.has('ran') || [...marks].some((name) => name !== STATUS);
  if (faults > 0) {
    const completeness = isOver ? 'partial' : 'failed';
    return { completeness, note: `faults of the scan: ${faults}` } as const;
  }
  if (!isOver) return { completeness: 'partial', note: 'the log ends before the summary' } as const;
  if (percent === undefined || percent >= 100) return { completeness: 'complete' } as const;
  return { completeness: 'partial', note: `semgrep could parse only ${percent} % of the lines` } as const;
}
