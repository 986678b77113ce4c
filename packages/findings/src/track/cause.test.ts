import type { Finding } from '@crafting-table/contracts/finding';
import { expect, it } from 'vitest';
import { judgeCause, type Inputs } from './cause.ts';

const BEFORE: Inputs = { lockFiles: 'a', configuration: 'c', command: 'make', versions: { x: '1' } };
const lint = { tool: 'x' } as Finding; // All that is looked at.
const flaw = { tool: 'x', package: { ecosystem: 'npm', name: 'p' } } as Finding;

it.each<[string, Finding, Partial<Inputs>]>([
  ['code', lint, {}],
  ['tool_upgrade', lint, { versions: { x: '2' } }],
  ['config', lint, { configuration: 'd' }],
  ['config', lint, { command: 'make -k' }],
  ['advisory', flaw, {}],
  ['code', flaw, { lockFiles: 'b' }],
  ['code', flaw, { lockFiles: null }],
])('is %s', (cause, finding, now) => {
  expect(judgeCause(finding, { ...BEFORE, ...now }, BEFORE)).toBe(cause);
});

it('is unknown when nothing is known of the job before', () => {
  expect(judgeCause(lint, BEFORE, null)).toBe('unknown');
});
