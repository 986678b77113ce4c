import type { LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { type Comment, commentToDraft } from './comment.ts';

const PLACE = /^In (?<path>\S.{0,400}) line (?<line>\d{1,7}):$/;
const CARET =
  /^(?<indent>[ \t]*)(?<mark>\^-{0,500}\^|\^--) SC(?<code>\d{4})(?: \((?<word>error|warning|info|style)\))?: (?<message>.*)$/;
const ONE_LINE =
  /^(?<path>[^\s:][^:]{0,400}):(?<line>\d{1,7}):(?<col>\d{1,7}): (?<word>error|warning|note): (?<message>.*) \[SC(?<code>\d{4})\]$/;
const FAULT = /^(?<path>[^\s:][^:]{0,400}): \k<path>: openBinaryFile: .*$/;

/** Frames for terminals: the place, the source line, then a caret line for each comment; and `--format=gcc`. */
export function createShellcheckParser(collector: LogCollector): LogParser {
  let place: { path: string; line: number } | undefined;
  let source: string | undefined;

  const add = (comment: Comment, line: LogLine, detail = '') =>
    collector.add({ ...commentToDraft(comment), detail, logLine: line.number });

  return {
    line: (line) => {
      const stated = PLACE.exec(line.head)?.groups;
      if (stated?.path !== undefined) {
        place = { path: stated.path, line: Number(stated.line) };
        source = undefined;
        return 'watching';
      }
      if (place !== undefined && source === undefined) {
        source = line.text;
        return 'watching';
      }
      const caret = place && CARET.exec(line.head)?.groups;
      if (place !== undefined && caret !== undefined) {
        add(toComment(place, caret), line, `${source}\n${line.text}`);
        return 'reading';
      }
      place = undefined;
      if (line.head === 'For more information:') {
        collector.closeRun({ completeness: 'complete' });
        return 'taken';
      }
      const one = ONE_LINE.exec(line.head)?.groups;
      if (one?.path !== undefined) {
        const { path, word, message = '', code = '' } = one;
        add({ path, region: { line: Number(one.line), col: Number(one.col) }, word, message, code }, line);
        return 'taken';
      }
      if (!FAULT.test(line.head)) return 'ignored';
      collector.add({
        kind: 'tool_error',
        severity: 'high',
        level: 'error',
        text: line.text,
        logLine: line.number,
      });
      collector.closeRun({ completeness: 'failed', note: line.text });
      return 'taken';
    },
    end: () => {},
  };
}

function toComment(
  place: { path: string; line: number },
  { indent = '', mark = '', code = '', word, message = '' }: Record<string, string | undefined>,
): Comment {
  const col = indent.length + 1;
  // The short mark stands for one column as well as for two.
  const endCol = mark.endsWith('^') ? col + mark.length : undefined;
  return { path: place.path, region: { line: place.line, col, endCol }, code, word, message };
}
