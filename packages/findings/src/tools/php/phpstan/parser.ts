import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { type PhpstanProblem, problemToDraft } from './problem.ts';

const HEADING = /^ {2}Line {3,20}(?<path>\S.{0,1000})$/;
const GENERAL = /^ {5}Error$/;
const RULER = /^ -{2,20} -{2,1000}$/;
const ROW = /^ {2}:?(?<line>\d{1,9})? {1,20}(?<text>\S.*)$/;
const TOTAL = /^ \[(?:ERROR|WARNING|OK)\] (?:Found (?<count>\d{1,9}) errors?|(?<none>No errors))/;
const IDENTIFIER = /^\u{1FAAA} {1,3}(?<id>[a-zA-Z][\w.]{1,100})$/u;
const TIP = /^\u{1F4A1} ?/u;
const MESSAGE_LINES_MAX = 100;

type Open = { problem: PhpstanProblem; lines: number; inTip: boolean };

/** A table for each file: a ruler, the path, a ruler, the errors, a ruler. Long messages go on in the next row. */
export function createPhpstanParser(collector: LogCollector): LogParser {
  let path: string | undefined;
  let rulers: number | undefined;
  let open: Open | undefined;
  let errors = 0;

  const close = () => {
    if (open === undefined) return;
    collector.add(problemToDraft(open.problem));
    errors += 1;
    open = undefined;
  };

  const openTable = (ofPath: string | undefined): LineVerdict => {
    close();
    path = ofPath;
    rulers = 0;
    return 'reading';
  };

  const readRow = (line: LogLine): LineVerdict => {
    if (RULER.test(line.head)) {
      close();
      rulers = rulers === 0 ? 1 : undefined;
      return rulers === undefined ? 'taken' : 'reading';
    }
    const row = ROW.exec(line.head)?.groups;
    if (row?.text === undefined || rulers !== 1) {
      // A long path goes on above the second ruler.
      if (rulers === 0 && row?.text !== undefined && path !== undefined) path += row.text.trim();
      else if (line.head.trim() !== '') rulers = undefined;
      return rulers === undefined ? 'ignored' : 'reading';
    }
    // General errors have no number that would tell one from the next.
    const isNew = row.line !== undefined || open === undefined || path === undefined;
    if (isNew) {
      close();
      const stated = row.line === undefined ? undefined : Number(row.line);
      open = {
        problem: { path, line: stated, message: row.text.trim(), logLine: line.number },
        lines: 1,
        inTip: false,
      };
    } else addText(open!, row.text.trim()); // There is one: the row is not new.
    return 'reading';
  };

  return {
    line: (line) => {
      const total = TOTAL.exec(line.head)?.groups;
      if (total !== undefined) {
        close();
        const claimed = total.none === undefined ? Number(total.count) : 0;
        collector.closeRun({ completeness: 'complete', claimed: { errors: claimed }, parsed: { errors } });
        errors = 0;
        rulers = undefined;
        return 'taken';
      }
      const heading = HEADING.exec(line.head)?.groups?.path;
      if (heading !== undefined && rulers !== 1) return openTable(heading.trim());
      if (GENERAL.test(line.head) && rulers !== 1) return openTable(undefined);
      return rulers === undefined ? 'ignored' : readRow(line);
    },
    end: () => {
      close();
      if (errors > 0) {
        const note = 'the log ends before the total';
        collector.closeRun({ completeness: 'partial', parsed: { errors }, note });
      }
    },
  };
}

function addText(open: Open, text: string): void {
  open.lines += 1;
  if (open.lines > MESSAGE_LINES_MAX) return;
  const identifier = IDENTIFIER.exec(text)?.groups?.id;
  if (identifier !== undefined) open.problem.identifier = identifier;
  else if (TIP.test(text) || open.inTip) {
    open.inTip = true;
    open.problem.tip = `${open.problem.tip ?? ''} ${text.replace(TIP, '')}`.trim();
  } else open.problem.message = `${open.problem.message} ${text}`;
}
