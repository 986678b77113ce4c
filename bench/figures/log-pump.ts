import { readFileSync, rmSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stampToMs } from '../clock.ts';
import { path } from '../config.ts';
import { watchCpu } from '../cpu-times.ts';
import { startFarm } from '../farm.ts';
import type { Bench, Figure } from '../figure.ts';
import { postJob, register, waitUntilPassed } from '../jobs.ts';
import { makeRepository } from '../repository.ts';
import { median } from '../statistics.ts';

const AIM_MB_PER_SECOND = 100;
const SLOWED_PERCENT_MAX = 5;
const SAMPLES_MAX = 5;
/** No further sample is begun after this long. */
const ENOUGH_MS = 40_000;
const LINE = 'compiling the module number four hundred and eleven of this project, without any warning';

/** A recipe that prints without end to it, against the same command writing to a file; in turns, for disks vary. */
export const logPump: Figure = {
  name: 'log-pump',
  floor: 'the same command writing to a local file',
  aim: `at least ${AIM_MB_PER_SECOND} MB/s, the recipe slowed by less than ${SLOWED_PERCENT_MAX} %`,
  async measure(bench) {
    const bytes = (bench.isQuick ? 128 : 1024) * 1024 ** 2;
    const print = `yes '${LINE}' | head -c ${bytes}`;
    const stamps = join(bench.folder, 'stamps');
    const file = join(bench.folder, 'local-file');
    const farm = await startFarm(bench);
    const repository = makeRepository(bench.folder, 1);
    await register(farm, 'loud', repository, timed(print, stamps));
    const samples = { farm: [] as number[], local: [] as number[] };
    const tellCpu = watchCpu(bench, farm);
    const enoughAt = performance.now() + ENOUGH_MS;
    for (let count = 0; count < SAMPLES_MAX && performance.now() < enoughAt; count++) {
      await waitUntilPassed(farm, (await postJob(farm, 'loud', { sha: repository.sha })).id, 200);
      samples.farm.push(tookMs(stamps));
      await runLocally(bench, timed(`${print} > '${file}'`, stamps));
      samples.local.push(tookMs(stamps));
      rmSync(file);
    }
    tellCpu();
    const rate = (ms: number) => bytes / 1e6 / (ms / 1000);
    const [value, floor] = [rate(median(samples.farm)), rate(median(samples.local))];
    const slowed = (floor / value - 1) * 100;
    return [
      { label: 'log pump', value, floor, unit: 'MB/s', isMet: value >= AIM_MB_PER_SECOND },
      {
        label: 'log pump, recipe slowed by',
        value: slowed,
        floor: null,
        unit: '%',
        isMet: slowed < SLOWED_PERCENT_MAX,
      },
    ];
  },
};

/** The shell notes when it began and ended, so that neither the farm's nor our own work beside it counts. */
function timed(command: string, stamps: string): string {
  return `began=$(date +%s%N); ${command}; echo "$began $(date +%s%N)" > '${stamps}'`;
}

function tookMs(stamps: string): number {
  const [began = '', ended = ''] = readFileSync(stamps, 'utf8').split(' ');
  return stampToMs(ended) - stampToMs(began);
}

async function runLocally(bench: Bench, command: string): Promise<void> {
  await promisify(execFile)('/bin/sh', ['-c', command], { cwd: bench.folder, env: { PATH: path } });
}
