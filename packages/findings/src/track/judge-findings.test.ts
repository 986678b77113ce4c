import type { Finding, ToolRun } from '@crafting-table/contracts/finding';
import { describe, expect, it } from 'vitest';
import { messageTemplate } from '../core/message-template.ts';
import { enrichFindings, type EnrichedFinding } from '../enrich/enrich-findings.ts';
import { groupOf } from '../enrich/fingerprint.ts';
import type { Inputs } from './cause.ts';
import { judgeFindings, type JudgedJob, type SeriesBefore } from './judge-findings.ts';
import type { KnownFinding } from './known-finding.ts';

const OLD = 'a'.repeat(40);
const NOW = 'b'.repeat(40);
const INPUTS: Inputs = {
  lockFiles: 'lock',
  configuration: 'config',
  command: 'make',
  versions: { cc: '12' },
};
const LOOKED: ToolRun = {
  tool: 'cc',
  completeness: 'complete',
  source: { artifact: 'log', format: 'compiler-lines' },
};

function finding(values: Partial<Finding> = {}): EnrichedFinding {
  const bare: Finding = {
    kind: 'lint',
    tool: 'cc',
    rule_id: 'unused',
    severity: 'low',
    level: 'warning',
    message: "unused variable 'a'",
    path: 'main.c',
    region: { line: 3 },
    source: { artifact: 'log', format: 'compiler-lines' },
    occurrences: 1,
    ...values,
  };
  return enrichFindings([bare], () => ['one', 'two', `int ${bare.message}`, 'four'])[0]!;
}

const failedTest = (values: Partial<Finding> = {}) =>
  finding({ kind: 'test_failure', test: { suite: 's', name: 't', outcome: 'failed' }, ...values });

function known(of: EnrichedFinding, values: Partial<KnownFinding> = {}): KnownFinding {
  return {
    id: 1,
    fingerprint: of.fingerprint,
    native: [],
    group: groupOf(of),
    kind: of.kind,
    tool: of.tool,
    rule: of.rule_id ?? null,
    path: of.path ?? null,
    line: of.region?.line ?? null,
    line_hash: of.line_hash ?? null,
    scope: of.scope ?? null,
    test_name: of.test?.name ?? null,
    template: messageTemplate(of.message),
    severity: of.severity,
    is_open: true,
    first_sha: OLD,
    since_first_run: false,
    closed_sha: null,
    reopened_sha: null,
    flaky: null,
    ...values,
  };
}

function judge(
  findings: EnrichedFinding[],
  before: Partial<SeriesBefore> = {},
  job: Partial<JudgedJob> = {},
) {
  return judgeFindings(
    {
      sha: NOW,
      findings,
      toolRuns: [LOOKED],
      truncated: false,
      exitCode: 0,
      inputs: INPUTS,
      now: new Date(0),
      ...job,
    },
    {
      relation: 'ahead',
      known: [],
      renames: new Map(),
      completeAtCommit: new Set(),
      inputs: INPUTS,
      accepted: new Map(),
      lapsed: new Set(),
      ...before,
    },
  );
}

const statesOf = (...args: Parameters<typeof judge>) => judge(...args).findings.map(({ state }) => state);
const unseenOf = (...args: Parameters<typeof judge>) =>
  judge(...args).fates.flatMap((fate) => (fate.kind === 'unseen' ? [[fate.state, fate.event]] : []));

describe('a finding that is there', () => {
  it('is existing in the first job of its series, and new in a later one', () => {
    expect(statesOf([finding()], { relation: 'first' })).toEqual(['existing']);
    expect(statesOf([finding()])).toEqual(['new']);
  });

  it('is existing on another line, under another path that is a rename, and with another number in its message', () => {
    const before = { known: [known(finding())] };
    expect(statesOf([finding({ region: { line: 3, col: 9 } })], before)).toEqual(['existing']);
    const renamed = { ...before, renames: new Map([['main.c', 'other.c']]) };
    expect(statesOf([finding({ path: 'other.c' })], renamed)).toEqual(['existing']);
  });

  it('is existing when it is a test that is named for its file, and the file is renamed', () => {
    const test = (file: string) =>
      failedTest({
        path: `${file}.py`,
        test: { suite: `${file}.TestCart`, name: 'test_total', outcome: 'failed' },
      });
    const before = {
      known: [known(test('test_cart'))],
      renames: new Map([['test_cart.py', 'test_shop.py']]),
    };
    const { findings, fates } = judge([test('test_shop')], before);
    expect(findings).toMatchObject([{ state: 'existing', fingerprint: test('test_cart').fingerprint }]);
    expect(fates).toMatchObject([{ kind: 'seen', id: 1 }]);
    // From then on its row has the new path and the old name.
    const row = known(test('test_shop'), { fingerprint: test('test_cart').fingerprint });
    expect(statesOf([test('test_shop')], { known: [row] })).toEqual(['existing']);
  });

  it('is updated when its line was edited or its severity is another one', () => {
    const edited = { ...finding(), line_hash: 'other' };
    expect(statesOf([edited], { known: [known(finding())] })).toEqual(['updated']);
    expect(statesOf([finding({ severity: 'high' })], { known: [known(finding())] })).toEqual(['updated']);
  });

  it('keeps the name it was first given when its line is edited', () => {
    const [edited] = judge([{ ...finding(), line_hash: 'other', fingerprint: 'another' }], {
      known: [known(finding())],
    }).findings;
    expect(edited!.fingerprint).toBe(finding().fingerprint);
  });

  it('does not take the name of another one that was edited away from it', () => {
    const moved = { ...finding({ path: 'a.c' }), line_hash: 'x', fingerprint: 'edited' };
    const newcomer = { ...finding({ rule_id: 'other' }), fingerprint: finding().fingerprint };
    const { findings } = judge([moved, newcomer], {
      known: [known(finding({ path: 'a.c' }), { fingerprint: finding().fingerprint })],
    });
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(2);
  });

  it('is reopened when it was fixed, and stays so in another job of that commit', () => {
    const closed = known(finding(), { is_open: false, closed_sha: OLD });
    expect(statesOf([finding()], { known: [closed] })).toEqual(['reopened']);
    const reopened = known(finding(), { reopened_sha: NOW });
    expect(statesOf([finding()], { known: [reopened], relation: 'same' })).toEqual(['reopened']);
  });

  it('is reopened when its acceptance has run out', () => {
    const lapsed = new Set([finding().fingerprint]);
    const { findings, fates } = judge([finding()], { known: [known(finding())], lapsed });
    expect(findings).toMatchObject([{ state: 'reopened' }]);
    expect(fates).toMatchObject([{ kind: 'seen', isOpen: true, event: 'reopened' }]);
  });

  it('is existing, again and again, when its file cannot be read', () => {
    const { line_hash: _hash, ...unread } = finding();
    const before = { known: [known(finding(), { line_hash: null })] };
    expect(statesOf([unread], before)).toEqual(['existing']);
  });

  it('of equal ones is matched to the nearest line', () => {
    const at = (line: number) => ({ ...finding({ region: { line } }), line_hash: 'same' });
    const before = [known(at(10), { id: 10 }), known(at(50), { id: 50 }), known(at(90), { id: 90 })];
    const { fates } = judge([at(53), at(91)], { known: before });
    expect(fates.flatMap((fate) => (fate.kind === 'seen' ? [fate.id] : []))).toEqual([50, 90]);
  });

  it.each([
    ['code', {}],
    ['tool_upgrade', { versions: { cc: '11' } }],
    ['config', { configuration: 'other' }],
  ] as const)('is new because of %s', (cause, changed) => {
    const { findings } = judge([finding()], { inputs: { ...INPUTS, ...changed } });
    expect(findings[0]!.cause).toBe(cause);
  });

  it('about a package is new because of an advisory when the lock file is as it was', () => {
    const flaw = finding({
      kind: 'cve',
      package: { ecosystem: 'npm', name: 'left' },
      advisory: { ids: ['CVE-2026-1'] },
    });
    expect(judge([flaw]).findings[0]!.cause).toBe('advisory');
    expect(judge([flaw], { inputs: { ...INPUTS, lockFiles: 'other' } }).findings[0]!.cause).toBe('code');
  });
});

describe('a finding that is gone', () => {
  const before = { known: [known(finding())] };

  it('is fixed when its tool has looked', () => {
    expect(unseenOf([], before)).toEqual([['fixed', 'fixed']]);
  });

  it('is fixed when its tool says nothing, as it does when all is well, and the same command ended well', () => {
    expect(unseenOf([], before, { toolRuns: [] })).toEqual([['fixed', 'fixed']]);
  });

  it('is fixed when its tool is declared and says nothing, unless it is a test', () => {
    const unseen: ToolRun = { ...LOOKED, completeness: 'unknown', unseen: true };
    expect(unseenOf([], before, { toolRuns: [unseen] })).toEqual([['fixed', 'fixed']]);
    const failed = { known: [known(failedTest())] };
    expect(unseenOf([], failed, { toolRuns: [unseen] })).toEqual([['unknown', null]]);
    expect(unseenOf([], failed, { toolRuns: [] })).toEqual([['fixed', 'fixed']]);
  });

  it('is unknown when it is a test and its tool ended well without having run any', () => {
    const ranNone: ToolRun = { ...LOOKED, claimed: { tests: 0 } };
    const before = { known: [known(failedTest())] };
    expect(unseenOf([], before, { toolRuns: [ranNone] })).toEqual([['unknown', null]]);
    const ranOne: ToolRun = { ...LOOKED, claimed: { tests: 1 } };
    expect(unseenOf([], before, { toolRuns: [ranNone, ranOne] })).toEqual([['fixed', 'fixed']]);
    expect(judge([], before, { toolRuns: [ranNone] }).completeTools).toEqual([]);
  });

  it.each([
    ['its tool broke off', { toolRuns: [{ ...LOOKED, completeness: 'partial' as const }] }],
    ['its tool was not heard of and the recipe failed', { toolRuns: [], exitCode: 2 }],
    [
      'its tool was not heard of and the command is another one',
      { toolRuns: [], inputs: { ...INPUTS, command: 'true' } },
    ],
    ['not everything was kept', { truncated: true }],
  ])('is unknown when %s', (_, job) => {
    expect(unseenOf([], before, job)).toEqual([['unknown', null]]);
  });

  it('is unknown in another job of its commit, and in a job of an older commit', () => {
    expect(unseenOf([], { ...before, relation: 'same' })).toEqual([['unknown', null]]);
    expect(unseenOf([], { ...before, relation: 'behind' })).toEqual([['unknown', null]]);
  });

  it('is told as fixed again in another job of the commit that fixed it', () => {
    const closed = known(finding(), { is_open: false, closed_sha: NOW });
    expect(unseenOf([], { known: [closed], relation: 'same' })).toEqual([['fixed', null]]);
  });
});

describe('a test', () => {
  it('that passes at the commit it failed at is flaky, not fixed', () => {
    expect(unseenOf([], { known: [known(failedTest())], relation: 'same' })).toEqual([['unknown', 'flaky']]);
  });

  it('that fails where it has passed is flaky, of medium severity and nothing to act on', () => {
    const { findings, fates } = judge([failedTest()], {
      relation: 'same',
      completeAtCommit: new Set(['cc']),
    });
    expect(findings[0]).toMatchObject({
      severity: 'medium',
      test: { outcome: 'flaky' },
      actionable: { yes: false, reasons: ['flaky'] },
    });
    expect(fates[0]).toMatchObject({ isFlaky: true });
  });

  it.each([
    [3, 1, 'unknown', 'passed'],
    [4, 1, 'fixed', 'fixed'],
    [0, 15, 'fixed', 'fixed'],
  ])(
    'that is flaky, has passed %s times and failed %s days ago last, is %s',
    (passes, days, state, event) => {
      const flaky = { passes, since: new Date(-days * 86_400_000) };
      expect(unseenOf([], { known: [known(failedTest(), { flaky })] })).toEqual([[state, event]]);
    },
  );

  it('says nothing about the code when nearly all of its suite failed for want of a connection', () => {
    const failures = Array.from({ length: 9 }, (_, index) =>
      failedTest({
        message: 'connect ECONNREFUSED',
        test: { suite: 's', name: `t${index}`, outcome: 'failed' },
      }),
    );
    const run = { ...LOOKED, parsed: { tests: 10 } };
    const judged = judge(failures, { known: [known(failedTest(), { id: 7 })] }, { toolRuns: [run] });
    expect(new Set(judged.findings.map(({ state }) => state))).toEqual(new Set(['unknown']));
    expect(judged.fates.at(-1)).toMatchObject({ kind: 'unseen', state: 'unknown', event: null });
    expect(judged.fates[0]).toMatchObject({ kind: 'opened', isOpen: false });
  });
});

describe('a job of an older commit', () => {
  it('opens nothing and reopens nothing for those after it', () => {
    const closed = known(finding(), { is_open: false, closed_sha: OLD });
    const { fates } = judge([finding(), finding({ rule_id: 'other' })], {
      relation: 'behind',
      known: [closed],
    });
    expect(fates).toMatchObject([
      { kind: 'seen', isOpen: false, event: null },
      { kind: 'opened', isOpen: false },
    ]);
  });
});
