import type { Finding } from '@crafting-table/contracts/finding';
import { describe, expect, it } from 'vitest';
import { mergeResults } from '../merge-results.ts';
import { createFindingSet } from './finding-set.ts';
import { measureCpuMs } from '../stand-ins/measure-cpu.ts';

const fromLog: Finding = {
  kind: 'lint',
  tool: 'compiler-lines',
  severity: 'low',
  level: 'warning',
  rule_id: 'no-var',
  message: 'Unexpected var',
  path: 'main.js',
  region: { line: 3, col: 5 },
  source: { artifact: 'log', format: 'compiler-lines', log_line: 7 },
  occurrences: 1,
};
const fromFile: Finding = {
  ...fromLog,
  tool: 'eslint',
  message: 'Unexpected var.',
  source: { artifact: 'out/eslint.sarif', format: 'sarif' },
};

function merge(...findings: Finding[]): Finding[] {
  return mergeResults(findings.map((finding) => ({ findings: [finding], toolRuns: [], truncated: false })))
    .findings;
}

describe('the in-job dedupe', () => {
  it.each([[[fromLog, fromFile]], [[fromFile, fromLog]]])(
    'lets a report file win over the log, in any order, and remembers both sources',
    (order) => {
      expect(merge(...order)).toEqual([{ ...fromFile, occurrences: 2, more_sources: [fromLog.source] }]);
    },
  );

  it('merges a finding without a column into the one that has it', () => {
    const { region: _, ...rest } = fromLog;
    expect(merge(fromFile, { ...rest, region: { line: 3 } })).toHaveLength(1);
  });

  it('keeps two columns of one line apart', () => {
    expect(merge(fromFile, { ...fromFile, region: { line: 3, col: 9 } })).toHaveLength(2);
  });

  it('keeps two messages of one rule and line apart within one format', () => {
    const { region: _, ...rest } = fromLog;
    const region = { line: 3 };
    const merged = merge({ ...rest, region, message: 'a is bad' }, { ...rest, region, message: 'b is bad' });
    expect(merged).toHaveLength(2);
  });

  it('compares message templates where there is no rule', () => {
    const { rule_id: _, ...log } = fromLog;
    const { rule_id: __, ...file } = fromFile;
    const merged = merge({ ...log, message: 'took 12 ms in ‘x’' }, { ...file, message: "took 15 ms in 'x'" });
    expect(merged).toHaveLength(1);
  });

  it('knows tests by their name, wherever they are', () => {
    const test: Finding = {
      ...fromFile,
      kind: 'test_failure',
      test: { suite: 'S', name: 'a', outcome: 'failed' },
    };
    expect(merge(test, { ...test, region: { line: 90 }, message: 'other words' })).toMatchObject([
      { occurrences: 2 },
    ]);
    expect(merge(test, { ...test, test: { suite: 'S', name: 'b', outcome: 'failed' } })).toHaveLength(2);
  });

  it('changes nothing that was given to it', () => {
    const given = structuredClone(fromLog);
    merge(given, given, fromFile);
    expect(given).toEqual(fromLog);
  });

  it('counts what is over the limit, and still counts repetitions of what it kept', () => {
    const set = createFindingSet(2);
    for (const line of [1, 2, 3, 4, 1]) set.add({ ...fromLog, region: { line } });
    expect(set.list().map((finding) => finding.occurrences)).toEqual([2, 1]);
    expect(set.omitted()).toBe(2);
  });

  it('stays fast when everything claims to be on one line', () => {
    const set = createFindingSet(20_000);
    const took = measureCpuMs(() => {
      for (let i = 0; i < 20_000; i++) {
        const source = { artifact: `f${i % 50}`, format: `format ${i % 3}` };
        set.add({ ...fromFile, region: { line: 1, col: i + 1 }, source });
      }
    });
    expect(set.list().length).toBeGreaterThan(6000);
    expect(took).toBeLessThan(3000);
  });
});
