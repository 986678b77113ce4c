// A command that is not installed says so in the words of the shell or of the interpreter, not in its own.
import type { LogCollector, LogLine } from '../../core/tool.ts';
import { reportToolFault } from '../../engine/tool-fault.ts';

const ABSENT = '(?:command not found|not found|No such file or directory)';

const SPEAKER = '[^\\s:]{1,300}: ';

/**
 * Where a line may say that one of the commands is missing. `names`: regular expression source, e.g. `pytest|py\\.test`.
 * Every line of every log is tried, so the first word is looked at only once; `createMissingCheck` decides.
 */
export function missingHint(names: string): string {
  const before = `(?:${SPEAKER}(?:No module named |line \\d{1,7}: |\\d{1,7}: )?)?'?`;
  return `^${before}(?:${names})\\b|^zsh: command not found: |^error: Failed to spawn: `;
}

/** Recognises for sure the lines that `missingHint` lets through. */
export function createMissingCheck(names: string): (line: string) => boolean {
  const forms = [
    `^${SPEAKER}No module named (?:${names})$`,
    `^(?:${SPEAKER}(?:line \\d{1,7}: |\\d{1,7}: )?)?'?(?:${names})'?: ${ABSENT}$`,
    `^zsh: command not found: (?:${names})$`,
    `^error: Failed to spawn: .(?:${names}).$`,
  ].map((form) => new RegExp(form));
  return (line) => line.length < 1000 && forms.some((form) => form.test(line));
}

/** A tool that is not there has looked at nothing: one finding, and a tool run that failed. */
export function reportMissingTool(collector: LogCollector, line: LogLine): void {
  reportToolFault(collector, { text: line.text, rule: 'tool-missing', logLine: line.number });
}
