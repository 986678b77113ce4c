import type { FindingDraft } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { toToolFault } from '../tool-fault.ts';
import { toDraft } from './problem.ts';

const HEADER = /^(?:\/|\.\/|[A-Za-z]:\\)[^\s:]{1,400}$/;
const ROW = /^ {1,10}(?<line>\d{1,7}):(?<col>\d{1,7}) {1,10}(?<word>error|warning) {2,10}(?=\S)/;
const RULE = /^@?[a-z][\w@/.-]{0,100}$/i;
const SUMMARY =
  /^✖ (?<problems>\d{1,7}) problems? \((?<errors>\d{1,7}) errors?, (?<warnings>\d{1,7}) warnings?\)$/;
/** The unix formatter: its rows are read as compiler lines, its total only here. */
const UNIX_ROW = /\[(?:Error|Warning)(?:\/[\w@/.-]{1,100})?\]$/;
const UNIX_SUMMARY = /^(?<problems>\d{1,7}) problems?$/;
const CRASH = 'Oops! Something went wrong! :(';
const TOO_MANY = /^ESLint found too many warnings \(maximum: \d{1,7}\)\.$/;

type State =
  | { at: 'outside' }
  | { at: 'table'; path: string; open?: { draft: FindingDraft; detail: string[] } }
  | { at: 'summary'; claimed: Record<string, number> }
  | { at: 'crash'; version?: string; logLine: number; words?: string[] };

export function createEslintParser(collector: LogCollector): LogParser {
  let state: State = { at: 'outside' };
  let parsed = { problems: 0, errors: 0, warnings: 0 };
  let unixRows = 0;

  /** Everything that was held back is handed over. */
  const settle = (note?: string) => {
    if (state.at === 'table' && state.open !== undefined) {
      collector.add({ ...state.open.draft, detail: state.open.detail.join('\n') });
    } else if (state.at === 'summary') {
      collector.closeRun({ completeness: 'complete', claimed: state.claimed, parsed, note });
      parsed = { problems: 0, errors: 0, warnings: 0 };
    } else if (state.at === 'crash') {
      const words = state.words ?? [CRASH];
      collector.add(toToolFault(words.join('\n'), state.logLine));
      collector.closeRun({ completeness: 'failed', version: state.version, note: words[0] });
    }
    state = { at: 'outside' };
  };

  const openRow = (path: string, row: RegExpExecArray, line: LogLine): LineVerdict => {
    settle();
    const { draft, isError } = readRow(path, row, line);
    parsed.problems += 1;
    parsed[isError ? 'errors' : 'warnings'] += 1;
    state = { at: 'table', path, open: { draft, detail: [] } };
    return 'reading';
  };

  return {
    line: (line) => {
      const { head } = line;
      if (state.at === 'table') {
        const row = ROW.exec(head);
        if (row !== null) return openRow(state.path, row, line);
        if (state.open !== undefined && isContinuation(head, state.open)) {
          state.open.detail.push(line.text);
          return 'reading';
        }
      }
      if (state.at === 'crash' && followCrash(state, line)) return 'reading';
      if (state.at === 'summary') {
        if (head === '' || head.startsWith('  ')) return 'reading';
        if (TOO_MANY.test(head)) {
          settle(head);
          return 'taken';
        }
      }
      settle();
      if (HEADER.test(head)) {
        state = { at: 'table', path: head };
        return 'watching';
      }
      if (head === CRASH) {
        state = { at: 'crash', logLine: line.number };
        return 'reading';
      }
      const summary = SUMMARY.exec(head)?.groups;
      if (summary !== undefined) {
        const { problems, errors, warnings } = summary;
        const claimed = { problems: Number(problems), errors: Number(errors), warnings: Number(warnings) };
        state = { at: 'summary', claimed };
        return 'reading';
      }
      if (UNIX_ROW.test(head)) unixRows += 1;
      const unix = UNIX_SUMMARY.exec(head)?.groups;
      if (unix === undefined || unixRows === 0) return 'ignored';
      const claimed = { problems: Number(unix.problems) };
      collector.closeRun({ completeness: 'complete', claimed, parsed: { problems: unixRows } });
      unixRows = 0;
      return 'taken';
    },
    end: () => settle(),
  };
}

function readRow(
  path: string,
  row: RegExpExecArray,
  line: LogLine,
): { draft: FindingDraft; isError: boolean } {
  const { line: at, col, word } = row.groups!; // Every group is in every match.
  const rest = line.text.slice(row[0].length).trimEnd();
  // A table: the columns are two spaces apart, and the rule comes last when there is one.
  const gap = rest.lastIndexOf('  ');
  const last = rest.slice(gap + 2);
  const hasRule = gap > 0 && RULE.test(last);
  const isError = word === 'error';
  const draft = toDraft({
    path,
    region: { line: Number(at), col: Number(col) },
    isError,
    message: hasRule ? rest.slice(0, gap).trimEnd() : rest,
    rule: hasRule ? last : undefined,
  });
  return { draft: { ...draft, logLine: line.number }, isError };
}

/** Only parsers print more than one line, a frame of the source for example. */
function isContinuation(head: string, open: { draft: FindingDraft; detail: string[] }): boolean {
  if (!open.draft.text.startsWith('Parsing error')) return false;
  return open.detail.length < CONTINUATION_LINES_MAX && /^\s{0,10}>?\s{0,10}\d{0,7} \|/.test(head);
}

/** The words come after the version, up to the next empty line, or the trace. */
function followCrash(state: Extract<State, { at: 'crash' }>, { head, text }: LogLine): boolean {
  const version = /^ESLint: (?<version>\d{1,4}[\w.+-]{0,60})$/.exec(head)?.groups?.version;
  if (version !== undefined && state.version === undefined) {
    state.version = version;
    return true;
  }
  if (head.trim() === '') return state.words === undefined;
  if (state.version === undefined || (state.words?.length ?? 0) >= CONTINUATION_LINES_MAX) return false;
  (state.words ??= []).push(text);
  return true;
}
