import type { FindingDraft, StatedPlace } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX, RELATED_PLACES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { createCargoFaults } from './cargo-fault.ts';
import { toRustDraft } from './diagnostic.ts';
import { createLintMemory, readLintNote } from './rule-notes.ts';

const HEAD = /^(?<word>error|warning)(?:\[(?<code>[\w:]{1,60})\])?: (?<message>\S.*)$/;
const SHORT =
  /^(?<path>[^\s:]{1,400}\.rs):(?<line>\d{1,7}):(?<col>\d{1,7}): (?<word>error|warning)(?:\[(?<code>[\w:]{1,60})\])?: (?<message>\S.*)$/;
const ARROW = /^ {0,12}(?:-->|:::) (?<path>[^:]{1,400}):(?<line>\d{1,7}):(?<col>\d{1,7})$/;
const REMARK = /^(?:help|note): (?<words>\S.*)$/;
const GENERATED =
  /^warning: `[^`]{1,200}` \([^)]{1,200}\) generated (?<count>\d{1,7}) warnings?(?: \((?<duplicates>\d{1,7}) duplicates?)?/;
const STOPPED =
  /^error: could not compile `[^`]{1,200}`(?: \([^)]{1,200}\))?(?: due to (?:(?<count>\d{1,7}) )?previous errors?)?/;
const FINISHED = /^ {4}Finished /;

type Open = {
  word: string;
  code: string | undefined;
  message: string;
  logLine: number;
  lines: string[];
  place?: StatedPlace;
  related: NonNullable<FindingDraft['related']>;
  remark?: string;
  help?: string;
  lint?: string;
  url?: string | undefined;
};

export function createCargoParser(collector: LogCollector): LogParser {
  const memory = createLintMemory();
  const faults = createCargoFaults(collector);
  let open: Open | undefined;
  let claimed = { errors: 0, warnings: 0 };
  let parsed = { errors: 0, warnings: 0 };

  const flush = () => {
    if (open?.place !== undefined) {
      parsed[open.word === 'error' ? 'errors' : 'warnings'] += 1;
      collector.add(openToDraft(open, memory.recall(open.message, open.code ?? open.lint)));
    }
    open = undefined;
  };

  const closeRun = (draft: Parameters<LogCollector['closeRun']>[0]): LineVerdict => {
    collector.closeRun({ ...draft, claimed, parsed });
    claimed = { errors: 0, warnings: 0 };
    parsed = { errors: 0, warnings: 0 };
    return 'taken';
  };

  const readSummary = (head: string): LineVerdict => {
    const generated = GENERATED.exec(head)?.groups;
    if (generated !== undefined) {
      claimed.warnings += Number(generated.count) - Number(generated.duplicates ?? 0);
      return 'taken';
    }
    const stopped = STOPPED.exec(head);
    if (stopped !== null) {
      claimed.errors += Number(stopped.groups?.count ?? 0);
      return closeRun({ completeness: 'partial', note: head.slice('error: '.length) });
    }
    return FINISHED.test(head) ? closeRun({ completeness: 'complete' }) : 'ignored';
  };

  const readShort = (line: LogLine): boolean => {
    const groups = SHORT.exec(line.head)?.groups;
    if (groups?.path === undefined) return false;
    const { path, word = '', message = '', code } = groups;
    open = { word, code, message, logLine: line.number, lines: [], related: [] };
    open.place = { path, region: regionOf(groups) };
    flush();
    return true;
  };

  return {
    line: (line) => {
      if (open !== undefined && line.head.trim() !== '' && follow(open, line)) {
        return open.place === undefined ? 'watching' : 'reading';
      }
      flush();
      const fault = faults.line(line);
      if (fault !== 'ignored') return fault;
      const summary = readSummary(line.head);
      if (summary !== 'ignored') return summary;
      const groups = HEAD.exec(line.head)?.groups;
      if (groups !== undefined) {
        const { word = '', message = '', code } = groups;
        open = { word, code, message, logLine: line.number, lines: [], related: [] };
        return 'watching';
      }
      return readShort(line) ? 'taken' : 'ignored';
    },
    end: () => {
      flush();
      faults.close();
    },
  };
}

/** Does the line belong to the diagnostic? The first one must be its place. */
function follow(open: Open, line: LogLine): boolean {
  const arrow = ARROW.exec(line.head)?.groups;
  if (open.place === undefined) {
    if (arrow?.path === undefined) return false;
    open.place = { path: arrow.path, region: regionOf(arrow) };
    open.lines.push(line.text);
    return true;
  }
  const remark = REMARK.exec(line.head)?.groups?.words;
  if (
    remark === undefined &&
    !/^(?: {0,12}\d{0,7} {0,3}[|+~-]| {1,12}\d{0,7} |\.\.\.| {0,12}(?:=|-->|:::) | {1,12}\S)/.test(line.head)
  ) {
    return false;
  }
  if (remark !== undefined) {
    open.remark = remark;
    if (line.head.startsWith('help: ')) open.help ??= remark;
  } else if (arrow?.path !== undefined && open.related.length < RELATED_PLACES_MAX) {
    open.related.push({ path: arrow.path, region: regionOf(arrow), message: open.remark });
  }
  const note = readLintNote(line.head);
  if (note !== undefined) {
    open.lint ??= note.lint;
    open.url ??= note.url;
  }
  if (open.lines.length < 2 * CONTINUATION_LINES_MAX) open.lines.push(line.text);
  return true;
}

function openToDraft(open: Open, rule: string | undefined): FindingDraft {
  const { word, message, url, place, related, lines, help, logLine } = open;
  const level = word === 'error' ? 'error' : 'warning';
  return toRustDraft({ level, message, rule, url, place, related, detail: lines.join('\n'), help, logLine });
}

function regionOf(groups: Record<string, string | undefined>) {
  return { line: Number(groups.line), col: Number(groups.col), unit: 'codepoint' } as const;
}
