// A command that is not installed says so in the words of the shell, not in its own.
import type { LogFormat } from '../core/tool.ts';
import { reportToolFault } from './tool-fault.ts';

/**
 * Reads "not found" of the usual shells. `commands`: regular expression source, without groups that count. `others`: what
 * else says so, e.g. cargo of a subcommand. A tool that is not there has looked at nothing: one finding, and a tool run
 * that failed.
 */
export function missingCommand(commands: string, others?: string): LogFormat {
  const forms = [
    `: (?:${commands}): (?:command )?not found$`,
    // Shells say this of a path. So do others, of any file that has the command's name.
    `^[^\\s:]{0,300}sh: (?:line \\d{1,6}: |\\d{1,6}: )?(?:${commands}): No such file or directory$`,
    `^(?:zsh|bundler): command not found: (?:${commands})$`,
  ];
  const hint = new RegExp([...forms, ...(others === undefined ? [] : [others])].join('|'));
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
