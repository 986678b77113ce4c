// One command that prints, run as a recipe and run into a local file, in turns, for disks vary.
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stampToMs } from './clock.ts';
import { path } from './config.ts';
import { watchCpu } from './cpu-times.ts';
import { startFarm } from './farm.ts';
import type { Bench } from './figure.ts';
import { postJob, register, waitUntilPassed } from './jobs.ts';
import { makeRepository } from './repository.ts';
import { median } from './statistics.ts';

const SAMPLES_MAX = 5;
/** No further sample is begun after this long. */
const ENOUGH_MS = 40_000;

/** The median time of the command in each place, in ms, by its own clock. */
export async function timePrinting(
  bench: Bench,
  command: string,
): Promise<{ recipeMs: number; fileMs: number }> {
  const stamps = join(bench.folder, 'stamps');
  const file = join(bench.folder, 'local-file');
  const farm = await startFarm(bench);
  const repository = makeRepository(bench.folder, 1);
  await register(farm, 'loud', repository, timed(command, stamps));
  const samples = { recipe: [] as number[], file: [] as number[] };
  const tellCpu = watchCpu(bench, farm);
  const enoughAt = performance.now() + ENOUGH_MS;
  for (let count = 0; count < SAMPLES_MAX && performance.now() < enoughAt; count++) {
    await waitUntilPassed(farm, (await postJob(farm, 'loud', { sha: repository.sha })).id, 200);
    samples.recipe.push(tookMs(stamps));
    await runLocally(bench, timed(`{ ${command}; } > '${file}'`, stamps));
    samples.file.push(tookMs(stamps));
    rmSync(file);
  }
  tellCpu();
  return { recipeMs: median(samples.recipe), fileMs: median(samples.file) };
}

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
