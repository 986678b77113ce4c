import type { Tool } from '../../../core/tool.ts';
import { createTscParser } from './parser.ts';

/** The TypeScript compiler, 5 and 7, piped and for terminals, `--build` as well. It has no other output than text. */
export const tool: Tool = {
  name: 'node/tsc',
  title: 'tsc',
  family: 'tsc',
  versions: '5.9, 7.0',
  evidence: 'captured',
  docs: ['https://www.typescriptlang.org/docs/handbook/compiler-options.html'],
  logs: [
    {
      format: 'tsc-text',
      hint: /(?:^|: |- )(?:error|warning) TS\d|^(?:\[?\d\d?:\d\d:\d\d [AP]M\]? (?:- )?)?Found \d{1,7} errors?[ .]/,
      createParser: createTscParser,
    },
  ],
};
