// The list of matches below `│ 5 Code Findings │`: a file, the rules that matched in it, and below each rule its places.
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LogLine } from '../../../core/tool.ts';
import type { SemgrepMatch } from './match.ts';

const FILE = /^ {4}(?<path>[^\s❯❱].*)$/;
const RULE = /^ {2,6}(?<arrows>❯{0,3})❱ (?<rule>\S{1,500})$/;
const CODE = /^ {8,12}(?:(?<line>\d{1,7})|(?<mark>▶▶|⋮))┆ ?(?<code>.*)$/;
const AUTOFIX = /^Autofix ▶ (?<fix>.*)$/;
const BLOCKING = /^❰❰ .{1,30} ❱❱$/;
const DETAILS = /^Details: (?<url>\S{1,500})$/;
const SEVERITIES = ['LOW', 'WARNING', 'ERROR', 'CRITICAL'];

type Rule = {
  rule: string;
  severity: string;
  message: string[];
  url?: string | undefined;
  fix?: string | undefined;
};
type Place = { first: number; last: number; code: string[]; logLine: number };

export type FindingsBox = {
  /** False: the line does not belong to the list. */
  line: (line: LogLine) => boolean;
  end: () => void;
};

export function createFindingsBox(onMatch: (match: SemgrepMatch) => void): FindingsBox {
  let path = '';
  let rule: Rule | undefined;
  let place: Place | undefined;

  const closePlace = () => {
    if (rule !== undefined && place !== undefined) onMatch(toMatch(path, rule, place));
    if (rule !== undefined && place !== undefined) rule.fix = undefined;
    place = undefined;
  };
  const closeRule = () => {
    closePlace();
    rule = undefined;
  };

  const readCode = (
    current: Rule,
    { line, mark, code = '' }: Record<string, string | undefined>,
    logLine: number,
  ) => {
    if (line === undefined) {
      closePlace();
      if (mark === '▶▶') current.fix = AUTOFIX.exec(code)?.groups?.fix ?? current.fix;
      return;
    }
    place ??= { first: Number(line), last: Number(line), code: [], logLine };
    place.last = Number(line);
    if (place.code.length < CONTINUATION_LINES_MAX) place.code.push(code);
  };

  return {
    line: ({ head, number }) => {
      const heading = RULE.exec(head)?.groups;
      if (heading !== undefined) {
        closeRule();
        const severity = SEVERITIES[heading.arrows?.length ?? 0] ?? '';
        rule = { rule: heading.rule ?? '', severity, message: [] };
        return true;
      }
      const code = rule && CODE.exec(head)?.groups;
      if (rule !== undefined && code !== undefined) {
        readCode(rule, code, number);
        return true;
      }
      if (rule !== undefined && /^ {8}/.test(head) && head.trim() !== '') {
        addText(rule, head.trim());
        return true;
      }
      const file = FILE.exec(head)?.groups?.path;
      if (file !== undefined) {
        closeRule();
        path = file.trim();
        return true;
      }
      return head.trim() === '' || /^[└┌]─{1,40}[┘┐]$/.test(head);
    },
    end: closeRule,
  };
}

/** The message is wrapped to the width of the terminal. */
function addText(rule: Rule, text: string): void {
  const url = DETAILS.exec(text)?.groups?.url;
  if (url !== undefined) rule.url = url;
  else if (!BLOCKING.test(text) && rule.message.length < CONTINUATION_LINES_MAX) rule.message.push(text);
}

function toMatch(path: string, { rule, severity, message, url, fix }: Rule, place: Place): SemgrepMatch {
  return {
    rule,
    severity,
    isWordGuessed: true,
    message: message.join(' '),
    path,
    region: { line: place.first, endLine: place.last === place.first ? undefined : place.last },
    url,
    fix,
    code: place.code.join('\n'),
    logLine: place.logLine,
  };
}
