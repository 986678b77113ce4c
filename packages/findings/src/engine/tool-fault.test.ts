import { describe, expect, it } from 'vitest';
import type { FindingDraft } from '../core/finding-collector.ts';
import type { LogCollector, ToolRunDraft } from '../core/tool.ts';
import { reportToolFault } from './tool-fault.ts';

describe('a tool that did not do its work', () => {
  const drafts: FindingDraft[] = [];
  const runs: ToolRunDraft[] = [];
  const collector: LogCollector = {
    tool: 'x',
    add: (draft) => drafts.push(draft),
    closeRun: (run) => runs.push(run),
    resolve: (path) => ({ path, known: false }),
    list: () => [],
    omitted: () => 0,
  };

  it('is one finding in its own words, and one tool run that failed', () => {
    reportToolFault(collector, {
      text: 'no database',
      detail: 'at all',
      rule: 'r',
      logLine: 3,
      version: '1',
    });
    expect(drafts).toEqual([
      {
        kind: 'tool_error',
        severity: 'high',
        level: 'error',
        text: 'no database',
        detail: 'at all',
        rule: { id: 'r' },
        logLine: 3,
      },
    ]);
    expect(runs).toEqual([{ completeness: 'failed', version: '1', note: 'no database' }]);
  });
});
