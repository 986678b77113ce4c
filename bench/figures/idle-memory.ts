import { readFileSync } from 'node:fs';
import { sleep } from '../clock.ts';
import { startFarm } from '../farm.ts';
import type { Figure, Row } from '../figure.ts';
import { postJob, register, waitUntilPassed } from '../jobs.ts';
import { makeRepository } from '../repository.ts';
import type { MeasuredProcess } from '../stores.ts';

const AIM_MB = 90;
const JOBS = 10;

/**
 * Memory of a farm that has worked a little and then had nothing to do. Read from /proc, so on Linux only. What is compared
 * is a process's own memory; the resident set beside it counts Node's program file once more for each process, 50 MB that
 * all of them share.
 */
export const idleMemory: Figure = {
  name: 'idle-memory',
  floor: null,
  aim: `its own memory below ${AIM_MB} MB each`,
  async measure(bench) {
    if (process.platform !== 'linux') return [];
    const farm = await startFarm(bench);
    const repository = makeRepository(bench.folder, 20);
    await register(farm, 'small', repository, 'true');
    for (let count = 0; count < JOBS; count++) {
      await waitUntilPassed(farm, (await postJob(farm, 'small', { ref: 'main' })).id);
    }
    await sleep(bench.isQuick ? 3_000 : 20_000);
    return [farm.api, ...farm.workers].flatMap(rows);
  },
};

function rows({ name, pid }: MeasuredProcess): Row[] {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const megabytes = (field: string) =>
    (Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(rollup)?.[1]) * 1024) / 1e6;
  const own = megabytes('Anonymous');
  return [
    {
      label: `idle ${name}, its own memory`,
      value: own,
      floor: null,
      unit: 'MB',
      isMet: own < AIM_MB,
    },
    {
      label: `idle ${name}, resident set, the shared program file included`,
      value: megabytes('Rss'),
      floor: null,
      unit: 'MB',
      isMet: null,
    },
  ];
}
