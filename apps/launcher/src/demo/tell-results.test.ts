import { expect, test } from 'vitest';
import { Job } from '@crafting-table/contracts/job';
import { describeResult, nextSteps, summarise } from './tell-results.ts';

const ID = '0b8f2c1e-5b1a-4d0e-9f3a-1c2d3e4f5a6b';
const JOB = Job.parse({
  id: ID,
  project: 'demo',
  subproject: 'greeter',
  recipe: 'test',
  ref: 'main',
  sha: 'a'.repeat(40),
  status: 'failed',
  reason: 'exit',
  exit_code: 1,
  detail: null,
  attempt: 1,
  priority: 50,
  findings_count: 1,
  findings_summary: null,
  recipe_snapshot: {
    command: 'node --test',
    language: 'javascript',
    timeout_secs: 60,
    retry_on: [],
    env: {},
  },
  worker: 'attic-1',
  queued_at: '2026-01-01T00:00:00Z',
  claimed_at: '2026-01-01T00:00:00Z',
  started_at: '2026-01-01T00:00:00Z',
  finished_at: '2026-01-01T00:00:01Z',
  deadline_at: null,
  cancel_requested_at: null,
  timings: { queued_ms: 5, prepared_ms: 20, ran_ms: 340 },
});

test('a job under way is one line', () => {
  const running = { ...JOB, status: 'running' as const };
  expect(describeResult({ job: running, attempts: [], log_tail: ['half'] })).toEqual([
    'demo: greeter test: running',
  ]);
});

test('a job that has ended shows the end of its log and its verdict', () => {
  const logTail = ['1', '2', '3', '4', '5', '6', '', 'fail 1'];
  expect(describeResult({ job: JOB, attempts: [], log_tail: logTail })).toEqual([
    ...['2', '3', '4', '5', '6', 'fail 1'].map((line) => `demo:   | ${line}`),
    'demo: greeter test: failed (exit code 1)',
  ]);
});

test('the table has its columns in line', () => {
  const lost = {
    ...JOB,
    subproject: 'packer',
    reason: 'worker_lost' as const,
    timings: { ...JOB.timings, ran_ms: null },
  };
  const lines = summarise([JOB, lost].map((job) => ({ job, attempts: [], log_tail: [] })));
  expect(lines).toEqual([
    '',
    '  subproject  recipe  status  verdict      findings  time',
    '  greeter     test    failed  exit code 1  1         0.3 s',
    '  packer      test    failed  worker_lost  1',
    '',
  ]);
});

test('the next steps are calls that can be pasted, also where the path needs quotes', () => {
  const farm = { baseUrl: 'http://127.0.0.1:8810', bearerFile: "/home/ada's/data/admin-bearer.txt" };
  const [, ...calls] = nextSteps(farm, [{ job: JOB, attempts: [], log_tail: [] }]);
  expect(calls).toHaveLength(3);
  expect(calls[0]).toContain(`http://127.0.0.1:8810/jobs/${ID}/findings`);
  expect(calls[0]).toContain(`$(cat '/home/ada'\\''s/data/admin-bearer.txt')`);
});
