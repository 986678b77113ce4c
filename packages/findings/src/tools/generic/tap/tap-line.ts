// One line of TAP, whatever its depth. Subtests are indented by four spaces.

export type TapPoint = {
  isOk: boolean;
  name: string;
  /** SKIP and TODO decide, whatever the words `not ok` say. */
  directive?: 'skip' | 'todo';
  /** The line opens a block of subtests: `ok 1 - name {`. */
  opensBlock: boolean;
};

export type TapLine =
  | { kind: 'version' }
  | { kind: 'plan'; count: number; isSkipped: boolean }
  | { kind: 'point'; point: TapPoint }
  | { kind: 'subtest'; name: string }
  | { kind: 'comment'; text: string }
  | { kind: 'yaml' }
  | { kind: 'block' | 'block end' }
  | { kind: 'bail out'; reason: string }
  | { kind: 'pragma' };

const INDENT = 4;

export function depthOf(line: string): number {
  return Math.floor(spacesBefore(line) / INDENT);
}

export function spacesBefore(line: string): number {
  let spaces = 0;
  while (line.charCodeAt(spaces) === 0x20) spaces++;
  return spaces;
}

/** Undefined for a line that is not TAP. */
export function readTapLine(line: string): TapLine | undefined {
  const text = line.trim();
  const point = /^(?<not>not )?ok\b(?: {1,4}\d{1,9})?(?: {1,4}- {0,4}| {1,4}|$)(?<rest>.*)$/.exec(
    text,
  )?.groups;
  if (point !== undefined)
    return { kind: 'point', point: readPoint(point.not === undefined, point.rest ?? '') };
  if (text.startsWith('#')) return readComment(text);
  if (text === '---') return { kind: 'yaml' };
  if (text === '{') return { kind: 'block' };
  if (text === '}') return { kind: 'block end' };
  const plan = /^1\.\.(?<count>\d{1,9})(?: {1,4}#(?<comment>.*))?$/.exec(text)?.groups;
  if (plan !== undefined) {
    return { kind: 'plan', count: Number(plan.count), isSkipped: /^\s*skip/i.test(plan.comment ?? '') };
  }
  if (/^TAP version 1[234]$/.test(text)) return { kind: 'version' };
  if (text.startsWith('Bail out!'))
    return { kind: 'bail out', reason: text.slice('Bail out!'.length).trim() };
  return /^pragma [+-]\w/.test(text) ? { kind: 'pragma' } : undefined;
}

function readComment(text: string): TapLine {
  const subtest = /^# Subtest: (.*)$/.exec(text)?.[1];
  return subtest === undefined
    ? { kind: 'comment', text: text.slice(1) }
    : { kind: 'subtest', name: unescape(subtest) };
}

function readPoint(isOk: boolean, rest: string): TapPoint {
  const opensBlock = rest.endsWith(' {');
  const label = opensBlock ? rest.slice(0, -2) : rest;
  const hash = findDirective(label);
  const word = hash < 0 ? undefined : /^#\s*(skip|todo)/i.exec(label.slice(hash))?.[1]?.toLowerCase();
  const name = hash < 0 ? label : label.slice(0, hash);
  const point: TapPoint = { isOk, name: unescape(name).trim(), opensBlock };
  if (word === 'skip' || word === 'todo') point.directive = word;
  return point;
}

/** Index of the first `#` that is not escaped and starts a directive or a note such as `# time=5ms`. */
function findDirective(label: string): number {
  for (let i = label.indexOf('#'); i >= 0; i = label.indexOf('#', i + 1)) {
    const isSeparate = i === 0 || label[i - 1] === ' ';
    if (isSeparate && /^#\s*(?:skip|todo|time=)/i.test(label.slice(i, i + 40))) return i;
  }
  return -1;
}

function unescape(text: string): string {
  return text.replaceAll(/\\([#\\])/g, '$1');
}
