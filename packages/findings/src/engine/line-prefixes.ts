// Several programs in one log, each line with the name of its program in front, or every line with the time: without these
// prefixes each stream is the log that its tools know. A prefix is only taken away when it is certain to be one.
import { LINE_MATCHED_CHARS_MAX, LOG_STREAMS_MAX, PREFIX_HELD_LINES_MAX } from '../core/limits.ts';
import type { LogLine } from '../core/tool.ts';

export type PrefixLayer = {
  line: (line: LogLine, stream: string) => void;
  /** No line waits: one that has no prefix would go straight on. */
  isIdle: () => boolean;
  end: () => void;
};

type OnLine = (line: LogLine, stream: string) => void;
type Prefix = { key: string; length: number };
type Held = { line: LogLine; stream: string; prefix: Prefix | undefined };

/** `2024-05-01T10:00:00.123Z `, GitLab's `… 01O `, `[12:34:56] `, `12:34:56 `. */
const TIME =
  /^(?:(?<iso>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?(?: [0-9a-f]{2}[OE][ +]?)?)|(?<clock>\[\d\d:\d\d:\d\d(?:\.\d{1,6})?\]|\d\d:\d\d:\d\d))(?: |$)/;
/** docker compose and foreman `web-1  | ` (two blanks, where tables and code frames have one), turbo `web:build: `, nix `hello> `, docker build `#7 1.234 `. */
const NAME =
  /^(?:(?<bar>[A-Za-z][\w.-]{0,62} {2,40}\|)|(?<task>(?:@[\w.-]{1,60}\/)?[\w.-]{1,80}:[A-Za-z][\w-]{0,40}(?::[\w-]{1,40})?:)|(?<nix>[a-z0-9][\w.+-]{0,80}>)|(?<step>#\d{1,4}) \d{1,6}\.\d{1,3})(?: |$)/;
/** `error:linker: ` and `main.c:usage: ` are messages. */
const NO_TASK =
  /^(?:error|warning|note|info|debug|fatal|hint|file|https?|npm|caused)\b|^[^:]{1,80}\.[A-Za-z]{1,5}:/i;

export const PREFIXES: readonly RegExp[] = [TIME, NAME];

/** So often one name has to stand in front before it counts as one. */
const SIGHTINGS_MIN = 3;
/** Lines in a row of which nearly all must show the time. */
const TIMED_LINES = 20;
const TIMED_SHARE = 0.9;
/** Names that turned out to be something else. */
const REJECTED_MAX = 1000;

/** Takes times away. A time is no name, so the stream stays as it is. */
export function createTimeLayer(onLine: OnLine): PrefixLayer {
  const certain = new Set<string>();
  const isCertain = (held: readonly Held[], key: string, isLast: boolean) => {
    if (held.length < TIMED_LINES && !isLast) return undefined;
    const timed = held.filter(({ prefix }) => prefix?.key === key).length;
    return timed >= SIGHTINGS_MIN && timed >= held.length * TIMED_SHARE;
  };
  return createLayer({
    read: readTime,
    isKnown: (key) => certain.has(key),
    isCertain,
    learn: (key) => certain.add(key),
    onLine: (line, stream) => onLine(line, stream),
  });
}

/** Sends each line into the stream of its name; lines without one stay in the stream they came in. */
export function createNameLayer(onLine: OnLine): PrefixLayer {
  const kinds = new Set<string>();
  const streams = new Set<string>();
  const kindOf = (key: string) => key.slice(0, key.indexOf(' '));
  return createLayer({
    read: readName,
    // Where one name is certain, another in the same style needs no proof.
    isKnown: (key) => kinds.has(kindOf(key)),
    isCertain: (held, key, isLast) => {
      const sightings = held.filter(({ prefix }) => prefix?.key === key).length;
      if (sightings >= SIGHTINGS_MIN) return true;
      return held.length < PREFIX_HELD_LINES_MAX && !isLast ? undefined : false;
    },
    learn: (key) => kinds.add(kindOf(key)),
    onLine: (line, stream, key) => {
      if (key !== undefined && (streams.has(key) || streams.size < LOG_STREAMS_MAX - 1)) {
        streams.add(key);
        onLine(line, key);
      } else onLine(line, stream);
    },
  });
}

type Rules = {
  read: (head: string) => Prefix | undefined;
  isKnown: (key: string) => boolean;
  /** Undefined: not yet to be told. */
  isCertain: (held: readonly Held[], key: string, isLast: boolean) => boolean | undefined;
  learn: (key: string) => void;
  onLine: (line: LogLine, stream: string, key: string | undefined) => void;
};

/** Lines wait from the first one with a possible prefix on until it is certain what that is, so that none comes too late. */
function createLayer({ read, isKnown, isCertain, learn, onLine }: Rules): PrefixLayer {
  const rejected = new Set<string>();
  let held: Held[] = [];

  const release = () => {
    const lines = held;
    held = [];
    for (const { line, stream, prefix } of lines) give(line, stream, prefix);
  };

  const give = (line: LogLine, stream: string, prefix: Prefix | undefined) => {
    if (prefix === undefined || !isKnown(prefix.key)) onLine(line, stream, undefined);
    else onLine(withoutPrefix(line, prefix.length), stream, prefix.key);
  };

  const reject = (key: string) => {
    if (rejected.size >= REJECTED_MAX) rejected.clear();
    rejected.add(key);
  };

  const decide = (isLast: boolean) => {
    const open = new Set(held.flatMap(({ prefix }) => (prefix === undefined ? [] : [prefix.key])));
    for (const key of open) {
      if (isKnown(key)) continue;
      const verdict = isCertain(held, key, isLast);
      if (verdict === undefined) return;
      if (verdict) learn(key);
      else reject(key);
    }
    release();
  };

  return {
    line: (line, stream) => {
      const prefix = read(line.head);
      const isOpen = prefix !== undefined && !isKnown(prefix.key) && !rejected.has(prefix.key);
      if (held.length === 0 && !isOpen) return give(line, stream, prefix);
      held.push({
        line,
        stream,
        prefix: prefix !== undefined && rejected.has(prefix.key) ? undefined : prefix,
      });
      // A line of megabytes does not wait.
      decide(held.length >= PREFIX_HELD_LINES_MAX || line.whole !== undefined);
    },
    isIdle: () => held.length === 0,
    end: () => {
      if (held.length > 0) decide(true);
    },
  };
}

function readTime(head: string): Prefix | undefined {
  const first = head.charCodeAt(0);
  if (first !== 0x5b && !(first >= 0x30 && first <= 0x39)) return undefined;
  const match = TIME.exec(head);
  if (match === null) return undefined;
  return { key: match.groups?.iso === undefined ? 'clock' : 'iso', length: match[0].length };
}

function readName(head: string): Prefix | undefined {
  const match = NAME.exec(head);
  if (match?.groups === undefined) return undefined;
  const { bar, task, nix, step } = match.groups;
  if (task !== undefined && NO_TASK.test(task)) return undefined;
  const name = bar?.slice(0, -1).trimEnd() ?? task ?? nix ?? step;
  const kind = bar !== undefined ? 'bar' : task !== undefined ? 'task' : nix !== undefined ? 'nix' : 'step';
  return { key: `${kind} ${name}`, length: match[0].length };
}

function withoutPrefix(line: LogLine, length: number): LogLine {
  const text = line.text.slice(length);
  const head = text.length > LINE_MATCHED_CHARS_MAX ? text.slice(0, LINE_MATCHED_CHARS_MAX) : text;
  const { number, whole } = line;
  return whole === undefined ? { head, text, number } : { head, text, number, whole: whole.slice(length) };
}
