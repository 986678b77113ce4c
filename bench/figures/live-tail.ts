import { stampToMs, wallClockMs } from '../clock.ts';
import { startFarm } from '../farm.ts';
import type { Figure } from '../figure.ts';
import { postJob, register } from '../jobs.ts';
import { makeRepository } from '../repository.ts';
import { median, percentile } from '../statistics.ts';

const AIM_MS = 100;

/** Ten lines a second, each holding the time it was printed; the reader compares it with the time it arrived. */
export const liveTail: Figure = {
  name: 'live-tail',
  floor: null,
  aim: `p95 below ${AIM_MS} ms`,
  async measure(bench) {
    const lines = bench.isQuick ? 30 : 200;
    const farm = await startFarm(bench);
    const repository = makeRepository(bench.folder, 1);
    await register(farm, 'slow', repository, `for i in $(seq ${lines}); do date +%s%N; sleep 0.1; done`);
    const { id } = await postJob(farm, 'slow', { sha: repository.sha });
    const delays: number[] = [];
    for await (const { event, data } of farm.client.followLog(id)) {
      if (event === 'end') break;
      if (event !== 'log') continue;
      const arrivedAt = wallClockMs();
      const { text } = data as { text: string }; // What the route says of `log` events.
      for (const line of text.trimEnd().split('\n')) delays.push(arrivedAt - stampToMs(line));
    }
    if (delays.length !== lines) throw new Error(`${delays.length} lines arrived, not ${lines}`);
    const p95 = percentile(delays, 0.95);
    return [
      { label: 'line printed → read, p50', value: median(delays), floor: null, unit: 'ms', isMet: null },
      { label: 'line printed → read, p95', value: p95, floor: null, unit: 'ms', isMet: p95 < AIM_MS },
    ];
  },
};
