import type { LogCollector, LogParser } from '../../../core/tool.ts';
import { matchToDraft } from './match.ts';

const LINE =
  /^(?<path>[^\s:][^:]{0,400}):(?<line>\d{1,7}):(?<col>\d{1,7}):(?<letter>[CEHIMLW]):(?<rule>[\w.-]{1,300}):(?<message>.*)$/;
const WORDS: Record<string, string> = {
  C: 'CRITICAL',
  E: 'ERROR',
  H: 'HIGH',
  W: 'WARNING',
  M: 'MEDIUM',
  I: 'INFO',
  L: 'LOW',
};

/** `--vim`: one match a line, nothing at the end. */
export function createVimParser(collector: LogCollector): LogParser {
  return {
    line: ({ head, number }) => {
      const groups = LINE.exec(head)?.groups;
      if (groups === undefined || !collector.resolve(groups.path ?? '').known) return 'ignored';
      const { path = '', rule = '', message = '', letter = '' } = groups;
      const region = { line: Number(groups.line), col: Number(groups.col) };
      collector.add(
        matchToDraft({ path, rule, message, severity: WORDS[letter] ?? '', region, logLine: number }),
      );
      return 'taken';
    },
    end: () => {},
  };
}
