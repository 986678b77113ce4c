import type { Tool } from '../../../core/tool.ts';
import { createBunTestParser } from './parser.ts';

export const tool: Tool = {
  name: 'node/bun-test',
  title: 'bun test',
  family: 'bun-test',
  versions: '1.4',
  evidence: 'captured',
  docs: ['https://bun.com/docs/test/reporters'],
  logs: [{ format: 'bun-test-text', hint: /^bun test v\d/, createParser: createBunTestParser }],
};
