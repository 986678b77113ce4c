import type { FindingDraft } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX, RELATED_PLACES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser, ToolRunDraft } from '../../../core/tool.ts';

const STORE = String.raw`/nix/store/[0-9a-z]{32}-(?<name>[^'/]{1,200})\.drv`;
const BUILD_FAILED = new RegExp(
  `^error: (?:builder for|Cannot build) '${STORE}'(?: failed with (?<reason>[^;]{1,100}))?[;.]?$`,
);
const HASH = new RegExp(`^error: hash mismatch in fixed-output derivation '${STORE}':$`);
/** Follows from a failure that was told before. */
const ECHO =
  /^error: (?:\d{1,6} dependenc(?:y|ies) of derivation '|build of '\/nix\/store\/|some references to path)/;
const BUILDING = new RegExp(`^building '${STORE}'`);
const ERROR = /^error: (?<message>.*)$/;
const PLACE = /^ {7}at (?<path>[^\s:][^:]{0,400}):(?<line>\d{1,7}):(?<col>\d{1,7}):$/;
const TRACE = /^ {7}(?:… |\.\.\. )(?<step>.*)$/;

type Open = { draft: FindingDraft; lines: string[]; step: string | undefined; isCertain: boolean };

/**
 * `error:` is everybody's word, so an error counts only with what Nix alone prints: a derivation, or a place below it. What a
 * builder prints stays for the parsers of the tools that it calls.
 */
export function createNixParser(collector: LogCollector): LogParser {
  let open: Open | undefined;
  let isBuilding = false;

  const close = () => {
    if (open === undefined) return;
    const { draft, lines, isCertain } = open;
    open = undefined;
    if (isCertain) collector.add({ ...draft, detail: lines.join('\n').trimEnd() });
  };

  const begin = (draft: FindingDraft, isCertain: boolean, line: LogLine): LineVerdict => {
    close();
    open = { draft: { ...draft, related: [], logLine: line.number }, lines: [], step: undefined, isCertain };
    return isCertain ? 'reading' : 'watching';
  };

  return {
    line: (line) => {
      if (ECHO.test(line.head)) {
        close();
        return 'taken';
      }
      if (BUILDING.test(line.head)) {
        close();
        isBuilding = true;
        return 'taken';
      }
      const failed = BUILD_FAILED.exec(line.head)?.groups;
      if (failed !== undefined) return begin(buildDraft(failed), true, line);
      const hash = HASH.exec(line.head)?.groups;
      if (hash !== undefined) return begin(hashDraft(hash.name), true, line);
      const message = ERROR.exec(line.head)?.groups?.message;
      if (message !== undefined) return begin(evaluationDraft(message), false, line);
      if (open === undefined) return 'ignored';
      const verdict = follow(open, line);
      if (verdict === 'ignored') close();
      return verdict;
    },
    end: ({ exitCode }) => {
      close();
      if (isBuilding) collector.closeRun(judge(exitCode));
    },
  };
}

/** Nix says which builds it begins, not that it is done. */
function judge(exitCode: number | null): ToolRunDraft {
  if (exitCode === 0) return { completeness: 'complete' };
  return {
    completeness: exitCode === null ? 'partial' : 'unknown',
    note: 'builds after the first fault may not have begun',
  };
}

function follow(open: Open, { head, text }: LogLine): LineVerdict {
  if (head !== '' && !/^ {7}/.test(head)) return 'ignored';
  const place = PLACE.exec(head)?.groups;
  open.isCertain ||= place !== undefined;
  if (place?.path !== undefined) addPlace(open, place);
  open.step = TRACE.exec(head)?.groups?.step ?? open.step;
  if (open.lines.length < CONTINUATION_LINES_MAX) open.lines.push(text.slice(7));
  return open.isCertain ? 'reading' : 'watching';
}

/** The first place is the innermost; the others tell how evaluation came there. */
function addPlace({ draft, step }: Open, { path, line, col }: Record<string, string | undefined>): void {
  const place = { path, region: { line: Number(line), col: Number(col) } };
  if (draft.place === undefined) draft.place = place;
  else if ((draft.related?.length ?? 0) < RELATED_PLACES_MAX)
    draft.related?.push({ ...place, message: step });
}

function buildDraft({ name, reason }: Record<string, string | undefined>): FindingDraft {
  return nixDraft(
    'compile_error',
    'build-failed',
    `building ${name} failed${reason === undefined ? '' : `: ${reason}`}`,
  );
}

function hashDraft(name: string | undefined): FindingDraft {
  return nixDraft('config_error', 'hash-mismatch', `hash mismatch in fixed-output derivation ${name}`);
}

function evaluationDraft(message: string): FindingDraft {
  const isSyntax = message.startsWith('syntax error');
  return nixDraft(
    isSyntax ? 'compile_error' : 'config_error',
    isSyntax ? 'syntax-error' : 'evaluation-error',
    message,
  );
}

function nixDraft(kind: FindingDraft['kind'], rule: string, text: string): FindingDraft {
  return { kind, level: 'error', severity: 'high', text, rule: { id: rule } };
}
