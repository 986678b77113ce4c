// Tools that did not do their work: this pages the farm, not the author, and it is never "no findings".
import type { LogCollector, LogFormat } from '../core/tool.ts';

export type ToolFault = {
  /** In the tool's own words. */
  text: string;
  detail?: string | undefined;
  rule?: string | undefined;
  logLine?: number | undefined;
  version?: string | undefined;
};

/** One finding, and a tool run that failed. */
export function reportToolFault(collector: LogCollector, fault: ToolFault): void {
  const { text, detail, rule, logLine, version } = fault;
  collector.add({
    kind: 'tool_error',
    severity: 'high',
    level: 'error',
    text,
    detail,
    rule: { id: rule },
    ...(logLine === undefined ? {} : { logLine }),
  });
  collector.closeRun({ completeness: 'failed', version, note: text });
}

/**
 * The words in which a shell says that a command is not installed. `names`: regular expression source. `others`: what else
 * says so, e.g. a tool that runs the command as its own subcommand.
 */
export function missingCommand(names: string, others?: string): LogFormat {
  const shell = `^[^\\s:]{1,300}: (?:line )?(?:\\d{1,6}: )?(?:${names}): (?:command )?not found$`;
  const zsh = `^zsh: command not found: (?:${names})$`;
  const hint = new RegExp([shell, zsh, ...(others === undefined ? [] : [others])].join('|'));
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
