import { describe, expect, test } from 'vitest';
import { keepRunning } from './keep-running.ts';
import type { Pace } from './keep-running.ts';

const PAUSES = { firstMs: 1, longestMs: 4, steadyMs: 60_000 };

describe('something that is kept running', () => {
  test('is started again whenever it ends, with a growing pause', async () => {
    const farm = fakeProcesses();
    const kept = await keepRunning({ name: 'api', start: farm.start, report: farm.report, pauses: PAUSES });
    for (let count = 1; count <= 4; count++) {
      farm.end('exit code 1');
      await farm.untilStarted(count + 1);
    }
    await kept.stop('orderly');
    expect(farm.reports).toEqual([
      'api ended (exit code 1); starting it again in 0.001 s',
      'api ended (exit code 1); starting it again in 0.002 s',
      'api ended (exit code 1); starting it again in 0.004 s',
      'api ended (exit code 1); starting it again in 0.004 s',
    ]);
  });

  test('is tried again when it cannot be started', async () => {
    const farm = fakeProcesses({ failsAt: [2, 3] });
    const kept = await keepRunning({ name: 'api', start: farm.start, report: farm.report, pauses: PAUSES });
    farm.end('killed by SIGKILL');
    await farm.untilStarted(4);
    await kept.stop('orderly');
    expect(farm.reports.filter((line) => line.includes('could not be started: no memory'))).toHaveLength(2);
  });

  test('fails at once when its first start fails', async () => {
    const farm = fakeProcesses({ failsAt: [1] });
    const starting = keepRunning({ name: 'api', start: farm.start, report: farm.report, pauses: PAUSES });
    await expect(starting).rejects.toThrow('no memory');
  });

  test('is not started again once it was stopped', async () => {
    const farm = fakeProcesses();
    const kept = await keepRunning({ name: 'api', start: farm.start, report: farm.report, pauses: PAUSES });
    await kept.stop('orderly');
    expect(farm.started()).toBe(1);
    expect(farm.reports).toEqual([]);
  });

  test('is told the pace of the stop, the second one too', async () => {
    const farm = fakeProcesses({ endsOn: 'at_once' });
    const kept = await keepRunning({ name: 'api', start: farm.start, report: farm.report, pauses: PAUSES });
    const orderly = kept.stop('orderly');
    await kept.stop('at_once');
    await orderly;
    expect(farm.paces).toEqual(['orderly', 'at_once']);
  });
});

/** Processes that end when the test says so. */
function fakeProcesses({ failsAt = [], endsOn = 'orderly' }: { failsAt?: number[]; endsOn?: Pace } = {}) {
  let count = 0;
  let current = Promise.withResolvers<string>();
  let waiting: { count: number; resolve: () => void } | undefined;
  const reports: string[] = [];
  const paces: Pace[] = [];
  return {
    reports,
    paces,
    report: (line: string) => void reports.push(line),
    started: () => count,
    end: (how: string) => current.resolve(how),
    untilStarted(wanted: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting = { count: wanted, resolve };
      if (count >= wanted) resolve();
      return promise;
    },
    async start() {
      count += 1;
      if (waiting && count >= waiting.count) waiting.resolve();
      if (failsAt.includes(count)) throw new Error('no memory');
      const own = Promise.withResolvers<string>();
      current = own;
      const stop = async (pace: Pace) => {
        paces.push(pace);
        if (pace === endsOn || pace === 'at_once') own.resolve('stopped');
        await own.promise;
      };
      return { ended: own.promise, stop };
    },
  };
}
