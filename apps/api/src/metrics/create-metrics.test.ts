import { expect, test } from 'vitest';
import { createMetrics } from './create-metrics.ts';
import { SAMPLE_NUMBERS } from './stand-ins/sample-numbers.ts';

async function lines(numbers: typeof SAMPLE_NUMBERS | null): Promise<string[]> {
  return (await createMetrics().render(numbers)).split('\n');
}

test('the buckets of a histogram count up to all, and their sums are those of the jobs in them', async () => {
  const all = await lines(SAMPLE_NUMBERS);
  const part = (suffix: string) =>
    all.filter((line) => line.startsWith(`crafting_job_wait_seconds_${suffix}`));
  const counts = part('bucket').map((line) => Number(line.split(' ').at(-1)));
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  expect([counts[0], counts.at(-2), counts.at(-1)]).toEqual([4, 4, 5]);
  expect(part('count')).toEqual(['crafting_job_wait_seconds_count{recipe="test"} 5']);
  expect(part('sum')).toEqual(['crafting_job_wait_seconds_sum{recipe="test"} 9000.2']);
});

test('a job that never ran is counted among those that ended and in no histogram', async () => {
  const all = await lines(SAMPLE_NUMBERS);
  expect(all).toContain('crafting_jobs_ended_total{recipe="test",status="cancelled",reason="cancelled"} 2');
  expect(all.filter((line) => line.includes('cancelled') && line.startsWith('crafting_job_run'))).toEqual([]);
});

test('every end there can be is told before the first one, so that the first one counts as an increase', async () => {
  const all = await lines({ ...SAMPLE_NUMBERS, totals: [] });
  for (const end of [
    'status="failed",reason="worker_lost"',
    'status="passed",reason="exit"',
    'status="cancelled",reason="superseded"',
  ])
    expect(all).toContain(`crafting_jobs_ended_total{recipe="audit",${end}} 0`);
});

test('without Postgres there is only that to say, and what this process knows of itself', async () => {
  const all = await lines(null);
  expect(all).toContain('crafting_database_up 0');
  expect(all.filter((line) => line.startsWith('crafting_'))).toEqual(['crafting_database_up 0']);
  expect(all.some((line) => line.startsWith('process_resident_memory_bytes '))).toBe(true);
});

test('a label that holds what a label must not is escaped', async () => {
  const [worker] = SAMPLE_NUMBERS.workers;
  const numbers = { ...SAMPLE_NUMBERS, workers: [{ ...worker!, name: 'a"b\\c\nd' }] };
  expect((await lines(numbers)).some((line) => line.includes('worker="a\\"b\\\\c\\nd"'))).toBe(true);
});
