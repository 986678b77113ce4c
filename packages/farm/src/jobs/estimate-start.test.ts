import { expect, test } from 'vitest';
import { estimateStart } from './estimate-start.ts';

const NOW = Date.parse('2030-01-01T00:00:00Z');
const queued = (expected_secs: number | null) => ({ expected_secs, worker_id: null, ran_secs: 0 });
const running = (expected_secs: number | null, ran_secs: number) => ({
  expected_secs,
  worker_id: 'w',
  ran_secs,
});

function estimate(slots: number, ahead: Parameters<typeof estimateStart>[0]['ahead']) {
  return estimateStart({ workers: [{ state: 'busy', slots }], ahead, nowMs: NOW });
}

test('a free slot is free at once', () => {
  expect(estimate(2, [running(60, 10)])).toMatchObject({
    starts_in_secs: 0,
    starts_at: '2030-01-01T00:00:00.000Z',
  });
});

test('what runs has its usual time but for what it has run, and what is queued goes to the slot that is free first', () => {
  expect(estimate(2, [running(60, 10), running(60, 40)])?.starts_in_secs).toBe(20);
  expect(estimate(2, [running(60, 10), running(60, 40), queued(100)])?.starts_in_secs).toBe(50);
  expect(estimate(1, [running(60, 10), queued(100), queued(5)])?.starts_in_secs).toBe(155);
});

test('what runs for longer than usual may end at any moment', () => {
  expect(estimate(1, [running(60, 600)])?.starts_in_secs).toBe(0);
});

test('a job without a past counts as the middle of the others, and that is said', () => {
  expect(estimate(1, [queued(10), queued(null), queued(30), queued(20)])).toMatchObject({
    starts_in_secs: 80,
    jobs_ahead: 4,
    jobs_with_past: 3,
  });
});

test('nothing is said where nothing is known, or nobody takes work', () => {
  expect(estimate(1, [running(null, 5)])).toBeNull();
  expect(estimateStart({ workers: [{ state: 'draining', slots: 4 }], ahead: [], nowMs: NOW })).toBeNull();
});
