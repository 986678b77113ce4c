// A morning in which something of everything happened; what a test does not care about is quiet.
import type {
  BrokenJobFact,
  DigestFacts,
  FindingFact,
  RecipeFact,
} from '@crafting-table/database/digests/facts';

export const PUBLIC_URL = 'http://farm.example:8810';
export const HEAD = {
  project: 'attic',
  date: '2026-05-05',
  tz: 'America/Los_Angeles',
  from: new Date('2026-05-04T12:59:45Z'),
  to: new Date('2026-05-05T12:59:45Z'),
};

export const QUIET: DigestFacts = {
  findings: [],
  recipes: [],
  standing: [],
  broken: [],
  firings: [],
  fired: 0,
  mails: [],
  trend: [],
};

export function finding(values: Partial<FindingFact> = {}): FindingFact {
  return {
    class: 'new',
    total: 1,
    hasFlaw: false,
    hasLint: false,
    kind: 'compile_warning',
    tool: 'gcc',
    recipe: 'build',
    subproject: '.',
    branch: null,
    severity: 'medium',
    rule: '-Wunused-variable',
    path: 'src/lamp.c',
    line: 12,
    message: 'unused variable ‘wick’',
    package: null,
    advisory: null,
    test: null,
    isBack: false,
    since: new Date('2026-05-05T09:31:00Z'),
    jobId: jobId(1),
    ...values,
  };
}

export function recipe(values: Partial<RecipeFact> = {}, last: Partial<RecipeFact['last']> = {}): RecipeFact {
  return {
    subproject: '.',
    recipe: 'build',
    branch: 'main',
    ended: 1,
    failures: 0,
    failed: 0,
    failingSince: null,
    before: 'passed',
    tests: null,
    toolRuns: [],
    last: {
      jobId: jobId(9),
      attempt: 1,
      status: 'passed',
      reason: 'exit',
      exitCode: 0,
      detail: null,
      findings: 0,
      at: new Date('2026-05-05T09:30:00Z'),
      ...last,
    },
    ...values,
  };
}

export function brokenJob(values: Partial<BrokenJobFact> = {}): BrokenJobFact {
  return {
    total: 1,
    jobId: jobId(8),
    subproject: 'sdks/python',
    recipe: 'test',
    reason: 'timeout',
    detail: null,
    at: new Date('2026-05-05T04:02:00Z'),
    ...values,
  };
}

export function jobId(number: number): string {
  return `0197a000-0000-7000-8000-${String(number).padStart(12, '0')}`;
}

const LOG = { artifact: 'log', format: 'junit' };

/** The example of docs/digest.md. */
export const EVENTFUL: DigestFacts = {
  findings: [
    finding({
      total: 2,
      hasFlaw: true,
      kind: 'cve',
      tool: 'npm-audit',
      recipe: 'audit',
      severity: 'critical',
      rule: 'GHSA-35jh-r3h4-6jhm',
      path: 'sdks/js/package-lock.json',
      line: null,
      message: 'command injection in template',
      package: {
        ecosystem: 'npm',
        name: 'lodash',
        installed: '4.17.20',
        fixed: ['4.17.21'],
        manifest: 'sdks/js/package-lock.json',
      },
      advisory: { ids: ['CVE-2021-23337', 'GHSA-35jh-r3h4-6jhm'] },
      jobId: jobId(1),
    }),
    finding({ total: 2, hasFlaw: true, jobId: jobId(2) }),
    finding({
      class: 'fixed',
      severity: 'high',
      kind: 'test_failure',
      tool: 'pytest',
      recipe: 'test',
      path: 'sdks/python/tests/test_lamp.py',
      line: 40,
      test: 'test_lamp.test_burns_all_night',
      message: 'AssertionError: dark at 4',
      since: new Date('2026-05-02T09:31:00Z'),
      jobId: jobId(3),
    }),
    finding({
      class: 'open',
      total: 61,
      severity: 'high',
      rule: 'S608',
      tool: 'ruff',
      recipe: 'lint',
      path: 'sdks/python/lamp/store.py',
      line: 88,
      message: 'possible SQL injection',
      since: new Date('2026-04-11T09:31:00Z'),
      jobId: jobId(4),
    }),
    finding({
      class: 'flaky',
      kind: 'test_failure',
      tool: 'node-test',
      recipe: 'test',
      path: 'sdks/js/test/net.test.js',
      line: 7,
      test: 'reconnects',
      message: 'timed out after 2000 ms',
      since: new Date('2026-05-01T09:31:00Z'),
      jobId: jobId(5),
    }),
  ],
  recipes: [
    recipe(),
    recipe(
      {
        recipe: 'test',
        subproject: 'tools',
        toolRuns: [{ tool: 'pytest', completeness: 'complete', source: LOG, claimed: { tests: 0 } }],
      },
      { jobId: jobId(6) },
    ),
    recipe(
      {
        recipe: 'lint',
        subproject: 'sdks/js',
        failures: 1,
        failed: 1,
        failingSince: new Date('2026-05-05T09:30:00Z'),
      },
      { status: 'failed', exitCode: 2, findings: 3, jobId: jobId(7) },
    ),
  ],
  standing: [],
  broken: [brokenJob()],
  firings: [
    {
      total: 1,
      fate: 'made',
      recipe: 'audit',
      subproject: 'sdks/js',
      ref: null,
      jobId: jobId(10),
      local: '2026-05-05T02:30',
      tz: 'America/Los_Angeles',
      late: true,
      missed: 2,
      refusal: null,
      count: 1,
      at: new Date('2026-05-05T09:30:00Z'),
    },
  ],
  fired: 1,
  mails: [
    {
      date: '2026-05-04',
      state: 'sent',
      error: null,
      recipients: [
        { address: 'team@attic.example', state: 'sent', error: null },
        { address: 'gone@attic.example', state: 'refused', error: '550 no such user' },
      ],
    },
  ],
  trend: [70, 66, 64].map((open, index) => ({ date: `2026-05-0${4 - index}`, open })),
};
