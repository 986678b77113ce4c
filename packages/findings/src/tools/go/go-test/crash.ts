// A panic or a data race, with the goroutines that the runtime lists.
import type { TestDetail } from '@crafting-table/contracts/finding';
import type { FindingDraft, StatedPlace } from '../../../core/finding-collector.ts';
import { RELATED_PLACES_MAX } from '../../../core/limits.ts';
import type { PathResolver } from '../../../core/repository-path.ts';
import { TEST_SEVERITY } from '../../../core/severity.ts';

export type Crash = {
  rule: 'panic' | 'fatal-error' | 'data-race' | 'test-timeout';
  message: string;
  lines: string[];
  logLine: number | undefined;
  /** The runtime has listed a goroutine: without one, somebody only printed the word. */
  hasTrace: boolean;
  isOver: boolean;
  /** Of a timeout: the test that was running. */
  running?: string;
};

const LINES_MAX = 400;
const START = /^(?<word>panic|fatal error): (?<message>.*)$/;
export const RACE = 'WARNING: DATA RACE';
const RACE_FRAME = '==================';
const TRACE =
  /^(?:$|\t|goroutine \d|created by |\[|panic: |panic\(|\.\.\.|exit status |(?:[\w.-]{1,100}\/){0,20}[\w./*()%·[\]{}-]{1,300}\(.{0,2000}\)$|r(?:ax|bx|cx|dx|di|si|bp|sp|ip|flags|\d{1,2}) |[cdefgs]s |PC=|SIG)/;
const RUNNING = /^\t\t(?<name>\S{1,400}) \(\d/;
const FRAME = /^\s{1,12}(?<path>(?:[A-Za-z]:)?[^\s:][^:\n]{0,500}):(?<line>\d{1,7})(?: \+0x[0-9a-f]{1,16})?$/;

export function openCrash(text: string, logLine: number | undefined): Crash | undefined {
  if (text === RACE) {
    return { rule: 'data-race', message: 'data race', lines: [], logLine, hasTrace: true, isOver: false };
  }
  const groups = START.exec(text.slice(0, 4000))?.groups;
  if (groups?.message === undefined) return undefined;
  const isTimeout = groups.message.startsWith('test timed out after ');
  const rule = isTimeout ? 'test-timeout' : groups.word === 'panic' ? 'panic' : 'fatal-error';
  const message = groups.message.replace(/(?: \[recovered(?:, repanicked)?\]){1,9}$/, '');
  return { rule, message, lines: [], logLine, hasTrace: false, isOver: false };
}

/** Does the line still belong to the crash? */
export function addToCrash(crash: Crash, text: string): boolean {
  if (crash.rule === 'data-race') {
    if (text === RACE_FRAME) crash.isOver = true;
    else if (!/^(?:$| {2}|Previous |Read at |Write at |Atomic |Goroutine |\[)/.test(text)) return false;
  } else {
    if (!crash.hasTrace && /^goroutine \d/.test(text)) crash.hasTrace = true;
    else if (crash.hasTrace && !TRACE.test(text.slice(0, 3000))) return false;
    if (crash.rule === 'test-timeout') crash.running ??= RUNNING.exec(text.slice(0, 500))?.groups?.name;
    if (!crash.hasTrace && crash.lines.length > 40) return false;
    if (text.startsWith('exit status ')) crash.isOver = true;
  }
  if (crash.lines.length < LINES_MAX) crash.lines.push(text);
  return true;
}

export function crashToDraft(crash: Crash, resolve: PathResolver, test?: TestDetail): FindingDraft {
  const places = projectPlaces(crash.lines, resolve);
  const draft: FindingDraft = {
    kind: 'crash',
    severity: TEST_SEVERITY.errored,
    level: 'error',
    text: crash.message,
    detail: crash.lines.join('\n'),
    place: places[0],
    related: places.slice(1, RELATED_PLACES_MAX + 1),
    rule: { id: crash.rule },
  };
  if (crash.logLine !== undefined) draft.logLine = crash.logLine;
  if (test !== undefined) draft.test = test;
  return draft;
}

/** Each line of the project once, in the order of the trace: the innermost call comes first. */
function projectPlaces(lines: readonly string[], resolve: PathResolver): StatedPlace[] {
  const places = new Map<string, StatedPlace>();
  for (const line of lines) {
    const groups = FRAME.exec(line.slice(0, 600))?.groups;
    if (groups?.path === undefined || !resolve(groups.path).known) continue;
    const key = `${groups.path}:${groups.line}`;
    if (!places.has(key)) places.set(key, { path: groups.path, region: { line: Number(groups.line) } });
  }
  return [...places.values()];
}
