import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { createDirectoryStack } from '../directory-stack.ts';

/** Exit codes, and the system's words for signals. */
const REASON =
  '(?:Error \\d{1,3}|Segmentation fault|Aborted|Killed|Terminated|Interrupt|Hangup|Quit|Broken pipe|Bus error|Floating point exception|Illegal instruction|Trace/breakpoint trap)(?: \\(core dumped\\))?';
const SPEAKER = 'g?make(?:\\[(?<level>\\d{1,3})\\])?';
const FAILED = new RegExp(
  `^${SPEAKER}: \\*\\*\\* \\[(?:(?<path>[^\\]:]{1,400}):(?<line>\\d{1,7}): )?(?<target>[^\\]]{1,800})\\] (?<reason>${REASON})$`,
);
const IGNORED = new RegExp(`^${SPEAKER}: \\[[^\\]]{1,800}\\] .{1,80} \\(ignored\\)$`);
const BROKEN = new RegExp(
  `^(?:${SPEAKER}|(?<path>[^\\s:][^:]{0,400}):(?<line>\\d{1,7})): \\*\\*\\* (?!\\[|Waiting for unfinished)(?<message>.*)$`,
);
const WARNING =
  /^(?<path>[^\s:][^:]{0,400}):(?<line>\d{1,7}): warning: (?<message>(?<word>overriding|ignoring old) (?:recipe|commands) for target .*)$/;
const IDLE = new RegExp(`^${SPEAKER}: (?:Nothing to be done for |['\`‘][^'’]{1,400}['’] is up to date)`);

/** GNU make. What went wrong is told by the tools it called; make knows the target, and its own mistakes. */
export function createMakeParser(collector: LogCollector): LogParser {
  const directories = createDirectoryStack(collector.resolve);
  let failures = 0;
  let isIdle = false;
  let innerLevel = 0;
  let overriding: FindingDraft | undefined;

  const closeWarning = () => {
    if (overriding !== undefined) collector.add(overriding);
    overriding = undefined;
  };

  const add = (draft: FindingDraft, groups: Groups, line: LogLine): LineVerdict => {
    failures++;
    collector.add({ ...draft, place: readPlace(groups), logLine: line.number });
    return 'taken';
  };

  const readPlace = ({ path, line }: Groups): FindingDraft['place'] =>
    path === undefined || path === '<builtin>'
      ? undefined
      : { path: directories.locate(path), region: { line: Number(line) } };

  const readFailure = (groups: Groups, line: LogLine): LineVerdict => {
    const level = Number(groups.level ?? 0);
    const isEcho = level < innerLevel && groups.reason === 'Error 2';
    innerLevel = level;
    return isEcho ? 'taken' : add(failureDraft(groups), groups, line);
  };

  const readWarning = (groups: Groups, line: LogLine): LineVerdict => {
    const text = groups.message ?? '';
    if (groups.word === 'overriding') {
      closeWarning();
      overriding = { ...configDraft(text, 'warning'), place: readPlace(groups), logLine: line.number };
      return 'reading';
    }
    if (overriding !== undefined) overriding.related = [{ ...readPlace(groups), message: text }];
    closeWarning();
    return 'taken';
  };

  return {
    line: (line) => {
      const warning = WARNING.exec(line.head)?.groups;
      if (warning !== undefined) return readWarning(warning, line);
      closeWarning();
      if (directories.line(line.head) || IGNORED.test(line.head)) return 'taken';
      const failed = FAILED.exec(line.head)?.groups;
      if (failed !== undefined) return readFailure(failed, line);
      const broken = BROKEN.exec(line.head)?.groups;
      if (broken !== undefined) {
        return add(configDraft((broken.message ?? '').replace(/\. {2}Stop\.$/, ''), 'error'), broken, line);
      }
      if (!IDLE.test(line.head)) return 'ignored';
      isIdle = true;
      return 'taken';
    },
    end: () => {
      closeWarning();
      if (failures > 0)
        collector.closeRun({ completeness: 'partial', note: 'make did not make all of its targets' });
      else if (isIdle) collector.closeRun({ completeness: 'complete' });
    },
  };
}

type Groups = Record<string, string | undefined>;

function failureDraft({ target, reason = '' }: Groups): FindingDraft {
  // The shell's code for a command that it cannot find: nothing was looked at.
  const isMissing = reason === 'Error 127';
  return {
    kind: isMissing ? 'tool_error' : 'compile_error',
    level: 'error',
    severity: isMissing ? 'high' : 'medium',
    text: `target '${target}' failed: ${reason}`,
    rule: { id: isMissing ? 'command-not-found' : 'target-failed' },
  };
}

function configDraft(text: string, level: 'error' | 'warning'): FindingDraft {
  return { kind: 'config_error', level, severity: level === 'error' ? 'high' : 'low', text };
}
