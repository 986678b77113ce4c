import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { MOVE_HINT } from '../directory-stack.ts';
import { createMakeParser } from './parser.ts';

/** GNU make: failed targets and faults of the makefile itself. */
export const tool: Tool = {
  name: 'c/make',
  title: 'GNU make',
  family: 'make',
  versions: 'GNU make 4.3',
  evidence: 'captured',
  docs: ['https://www.gnu.org/software/make/manual/html_node/Error-Messages.html'],
  logs: [
    {
      format: 'make-text',
      hint: new RegExp(
        [
          ": \\*\\*\\* |^g?make(?:\\[\\d{1,3}\\])?: (?:\\[|Nothing to be done|['`‘])",
          ': warning: (?:overriding|ignoring old) (?:recipe|commands) for target ',
          MOVE_HINT,
        ].join('|'),
      ),
      createParser: createMakeParser,
    },
    missingCommand('g?make'),
  ],
};
