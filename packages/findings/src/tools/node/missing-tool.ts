// A command that is not installed says so in the words of the shell, of npx or of Node, not in its own.
import type { LogFormat } from '../../core/tool.ts';
import { toToolFault } from './tool-fault.ts';

/** `name`: the command, as regular expression source. A tool that is not there has looked at nothing. */
export function missingTool(name: string): LogFormat {
  const words = `: (?:\\d{1,6}: )?(?:${name}): (?:command )?not found$|^zsh: command not found: (?:${name})$`;
  const npx = `^npm (?:error|ERR!) npx canceled due to missing packages and no YES option: \\["(?:${name})@`;
  const hint = new RegExp(`${words}|${npx}`);
  return {
    format: 'shell',
    hint,
    createParser: (collector) => ({
      line: ({ head, text, number }) => {
        if (!hint.test(head)) return 'ignored';
        collector.add({ ...toToolFault(text, number), rule: { id: 'tool-missing' } });
        collector.closeRun({ completeness: 'failed', note: text });
        return 'taken';
      },
      end: () => {},
    }),
  };
}
