import { describe, expect, it } from 'vitest';
import { createLogParsers, type LogContext } from '../create-log-parsers.ts';

const CLEAN = 'No known vulnerabilities found\n';

function toolsOf(log: string, more: Partial<LogContext> = {}): string[] {
  const context = { subproject: '', workspaceRoot: '/w', knownFile: () => false, ...more };
  const parsers = createLogParsers(context);
  parsers.feed(Buffer.from(log));
  const { toolRuns } = parsers.end({ exitCode: 0 });
  return toolRuns.filter(({ unseen }) => unseen !== true).map(({ tool }) => tool);
}

describe('a line that two tools print', () => {
  it.each([
    ['the command of one stands before it', `+ pip-audit -r requirements.txt\n${CLEAN}`, 'pip-audit'],
    ['the command of one runs another', `$ uv run pip-audit\n${CLEAN}`, 'pip-audit'],
    ['the other one is named', `> pnpm audit --prod\n\n${CLEAN}`, 'pnpm-audit'],
    ['one has warned before', `WARNING:pip_audit._cli:--no-deps is supported\n${CLEAN}`, 'pip-audit'],
  ])('counts once where %s', (_, log, tool) => {
    expect(toolsOf(log)).toEqual([tool]);
  });

  it('is one invocation where nothing tells whose', () => {
    expect(toolsOf(CLEAN)).toHaveLength(1);
  });

  it('is of the tool whose lock file is there', () => {
    expect(toolsOf(CLEAN, { knownFile: (path) => path === 'pnpm-lock.yaml' })).toEqual(['pnpm-audit']);
  });

  it.each(['python/pip-audit', 'node/pnpm-audit'])('is of %s where that is declared', (name) => {
    expect(toolsOf(CLEAN, { declaredTools: [name] })).toEqual([name.split('/')[1]]);
  });

  it('is each of its own where both ran', () => {
    const log = `+ pip-audit\n${CLEAN}+ pnpm audit\n${CLEAN}`;
    expect(toolsOf(log).toSorted()).toEqual(['pip-audit', 'pnpm-audit']);
    const declaredTools = ['python/pip-audit', 'node/pnpm-audit'];
    expect(toolsOf(CLEAN + CLEAN, { declaredTools }).toSorted()).toEqual(['pip-audit', 'pnpm-audit']);
  });
});
