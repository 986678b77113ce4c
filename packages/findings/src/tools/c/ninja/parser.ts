import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';

const STEP = /^\[\d{1,7}\/\d{1,7}\] /;
const FAILED = /^FAILED: (?:\[code=(?<code>\d{1,5})\] )?(?<target>\S.*)$/;
const SAID = /^ninja: (?<word>error|fatal|warning|build stopped): (?<message>.*)$/;
const PLACE = /^(?<path>[^\s:][^:]{0,400}):(?<line>\d{1,7}): (?<rest>.*)$/;

/** ninja prints what failed before what the command said, which other parsers read. */
export function createNinjaParser(collector: LogCollector): LogParser {
  let failures = 0;
  let isInStep = false;
  let failed: FindingDraft | undefined;

  const closeFailed = (command: string) => {
    if (failed === undefined) return;
    collector.add({ ...failed, detail: command });
    failed = undefined;
    failures++;
  };

  const speak = (word: string, message: string, line: LogLine): LineVerdict => {
    if (word === 'build stopped') {
      collector.closeRun({
        completeness: 'partial',
        note: `build stopped: ${message}`,
        parsed: { failures },
      });
      failures = 0;
      return 'taken';
    }
    collector.add({ ...complaint(word, message), logLine: line.number });
    if (word !== 'warning') collector.closeRun({ completeness: 'failed', note: message });
    return 'taken';
  };

  return {
    line: (line) => {
      if (failed !== undefined) {
        closeFailed(line.text);
        return 'taken';
      }
      const groups = isInStep ? FAILED.exec(line.head)?.groups : undefined;
      isInStep = STEP.test(line.head);
      if (isInStep) return 'watching';
      if (groups?.target !== undefined) {
        failed = { ...failure(groups.target.trim()), logLine: line.number };
        return 'reading';
      }
      if (line.head === 'ninja: no work to do.') {
        collector.closeRun({ completeness: 'complete', note: 'there was no work to do' });
        return 'taken';
      }
      const { word, message } = SAID.exec(line.head)?.groups ?? {};
      return word === undefined || message === undefined ? 'ignored' : speak(word, message, line);
    },
    end: () => closeFailed(''),
  };
}

function failure(target: string): FindingDraft {
  return {
    kind: 'compile_error',
    level: 'error',
    severity: 'medium',
    text: `target '${target}' failed`,
    rule: { id: 'target-failed' },
  };
}

function complaint(word: string, message: string): FindingDraft {
  const { path, line, rest } = PLACE.exec(message)?.groups ?? {};
  const level = word === 'warning' ? 'warning' : 'error';
  return {
    kind: 'config_error',
    level,
    severity: level === 'error' ? 'high' : 'low',
    text: rest ?? message,
    place: path === undefined ? undefined : { path, region: { line: Number(line) } },
    rawSeverity: word,
  };
}
