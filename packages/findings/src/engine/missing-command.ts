// A command that is not installed says so in the words of the shell, not in its own.
import type { LogCollector, LogFormat } from '../core/tool.ts';

/**
 * Reads "not found" of the usual shells. `commands`: regular expression source, without groups that count. A tool that is
 * not there has looked at nothing: one finding, and a tool run that failed.
 */
export function missingCommand(commands: string): LogFormat {
  const said = `: (?:\\d{1,6}: )?(?:${commands}): (?:(?:command )?not found|No such file or directory)$`;
  const hint = new RegExp(`${said}|^(?:zsh|bundler): command not found: (?:${commands})$`);
  return {
    format: 'shell',
    hint,
    createParser: (collector) => ({
      line: ({ head, text, number }) => {
        if (!hint.test(head)) return 'ignored';
        reportToolFault(collector, { text, rule: 'tool-missing', logLine: number });
        return 'taken';
      },
      end: () => {},
    }),
  };
}

/** The tool did not do its work: this pages the farm, not the author, and it is never "no findings". */
export function reportToolFault(
  collector: LogCollector,
  fault: {
    text: string;
    logLine: number;
    rule?: string;
    detail?: string;
    version?: string | undefined;
  },
): void {
  const { text, logLine, rule, detail, version } = fault;
  collector.add({
    kind: 'tool_error',
    severity: 'high',
    level: 'error',
    text,
    detail,
    rule: { id: rule },
    logLine,
  });
  collector.closeRun({ completeness: 'failed', version, note: text });
}
