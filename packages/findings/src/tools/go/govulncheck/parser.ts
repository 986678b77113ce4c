import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';
import { flawToDraft, type GoFlaw, type Reach } from './flaw.ts';

const SECTION = /^=== (?<level>Symbol|Package|Module) Results ===$/;
const REACHES: Record<string, Reach> = { Symbol: 'called', Package: 'imported', Module: 'required' };
const HEAD = /^Vulnerability #\d{1,6}: (?<id>[A-Z]{2,10}-[\w-]{1,40})$/;
const TOTAL = /^Your code (?:is|may be) affected by (?<count>\d{1,7}) vulnerabilit/;
const NONE = 'No vulnerabilities found.';
const FAULT = /^govulncheck: (?<words>.*)$/;
const FIELD = /^ {2,4}(?<key>More info|Module|Found in|Fixed in): (?<value>\S{1,400})/;
const CALL = /^ {6}#\d{1,5}: (?:(?<path>[^\s:]{1,400}):(?<line>\d{1,7}):(?<col>\d{1,7}): )?(?<words>\S.*)$/;

type Open = {
  id: string;
  title: string[];
  fields: Map<string, string>;
  calls: GoFlaw['calls'][number][];
  reach: Reach;
  logLine: number;
};

export function createGovulncheckParser(collector: LogCollector): LogParser {
  let reach: Reach = 'called';
  let open: Open | undefined;
  let called = 0;
  let isRunning = false;
  let fault: { text: string; lines: string[]; logLine: number } | undefined;

  const flush = () => {
    if (open === undefined) return;
    const { id, title, fields, calls, logLine } = open;
    if (open.reach === 'called') called += 1;
    const installed = versionOf(fields.get('Found in'));
    const fixed = versionOf(fields.get('Fixed in'));
    const module = fields.get('Module') ?? 'stdlib';
    const flaw = { id, title: title.join(' '), module, installed, fixed, reach: open.reach, calls, logLine };
    collector.add(flawToDraft({ ...flaw, url: fields.get('More info') }, collector));
    open = undefined;
  };

  const close = (claimed: number): LineVerdict => {
    flush();
    const counts = { claimed: { called: claimed }, parsed: { called } };
    collector.closeRun({ completeness: 'complete', ...counts });
    called = 0;
    isRunning = false;
    reach = 'called';
    return 'taken';
  };

  const closeFault = () => {
    if (fault === undefined) return;
    const { text, lines, logLine } = fault;
    const words = text.trim() === '' ? 'govulncheck failed' : text.trim();
    reportToolFault(collector, { text: words, detail: lines.join('\n').trim(), logLine });
    fault = undefined;
    isRunning = false;
  };

  const follow = (line: LogLine): LineVerdict => {
    if (open === undefined) return isRunning && line.head === '' ? 'reading' : 'ignored';
    const field = FIELD.exec(line.head)?.groups;
    const call = CALL.exec(line.head)?.groups;
    if (field?.key !== undefined) open.fields.set(field.key, field.value ?? '');
    else if (call !== undefined) {
      const region = { line: Number(call.line), col: Number(call.col) };
      const place = call.path === undefined ? {} : { path: call.path, region };
      if (open.calls.length < 20) open.calls.push({ ...place, message: call.words ?? '' });
    } else if (/^ {4}\S/.test(line.head) && open.fields.size === 0) open.title.push(line.text.trim());
    return 'reading';
  };

  return {
    line: (line) => {
      if (fault !== undefined && !FAULT.test(line.head) && fault.lines.length < CONTINUATION_LINES_MAX) {
        if (line.head !== '' || fault.text.endsWith(':')) {
          fault.lines.push(line.text);
          return 'watching';
        }
      }
      closeFault();
      const words = FAULT.exec(line.head)?.groups?.words;
      if (words !== undefined) {
        flush();
        fault = { text: words, lines: [], logLine: line.number };
        return 'taken';
      }
      const total = TOTAL.exec(line.head)?.groups?.count;
      if (total !== undefined) return close(Number(total));
      if (line.head === NONE) return close(0);
      const level = SECTION.exec(line.head)?.groups?.level;
      const id = HEAD.exec(line.head)?.groups?.id;
      if (level === undefined && id === undefined) return follow(line);
      flush();
      isRunning = true;
      if (level !== undefined) reach = REACHES[level] ?? 'called';
      else open = { id: id ?? '', title: [], fields: new Map(), calls: [], reach, logLine: line.number };
      return 'reading';
    },
    end: () => {
      flush();
      closeFault();
      if (isRunning) collector.closeRun({ completeness: 'partial', note: 'the log ends before the total' });
    },
  };
}

/** `golang.org/x/text@v0.3.5` → `v0.3.5`; `N/A` says that there is none. */
function versionOf(text: string | undefined): string | undefined {
  const at = text?.lastIndexOf('@') ?? -1;
  return text === undefined || at < 0 ? undefined : text.slice(at + 1);
}
