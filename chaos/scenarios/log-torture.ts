// Recipes that print too much, too fast, without line feeds and what is no text; readers that are many, late and slow.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { LOG_HEAD_BYTES, LOG_TAIL_BYTES, type LogSummary } from '@crafting-table/contracts/log';
import { searchPath } from '@crafting-table/dev-services/config';
import { ask } from '@crafting-table/e2e/ask';
import { ended, queueJob, register } from '@crafting-table/e2e/farm-calls';
import type { FarmUnderTest } from '@crafting-table/e2e/farm-under-test';
import { makeRepository } from '@crafting-table/e2e/git-fixture';
import { temporaryFolder } from '@crafting-table/e2e/temporary-folder';
import { startLogReaders, type LogReaders, type Reading } from '../log-readers/start-log-readers.ts';
import type { Printed } from '../print-flood.ts';
import type { Scenario, Trial } from '../scenario.ts';
import { watchMemory, type MemoryWatch } from '../watch-memory.ts';

const READERS = 50;
const SLOW_BYTES_PER_SECOND = 4_000;
const SLOWED_MAX = 0.05;
const DELAY_P95_MS = 1_000;
const MEMORY_MB_MAX = 250;
const TRIES_MAX = 3;
/** Ten lines a second for those who are many. */
const TICK_MS = 100;
const TICK_BYTES = 120;
const LINES_WANTED = 100;
const LINES_MS_MAX = 1_000;
const NOISE_BYTES = 1_000_000;
/** Broken UTF-8 of every kind, colours, a progress bar, NUL; each again and again, so that it meets the borders of chunks. */
const ODD_BYTES = [
  Buffer.from([
    0x66, 0xc3, 0x28, 0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0xf0, 0x9f, 0x98, 0x0a, 0xf5, 0x80, 0x80,
  ]),
  Buffer.from('\u001b[31mred\u001b[0m \u001b[2K\u001b[1G 🙂 ä\n'),
  Buffer.from(' 41 % [====>     ]\r 42 % [====>     ]\r'),
  Buffer.from([0, 0, 0x0a, 0, 0x0d, 0x0a]),
].map((piece) => Buffer.concat(Array<Buffer>(10_000).fill(piece)));
const END_MS = 180_000;
const PRINTER = fileURLToPath(new URL('../print-flood.ts', import.meta.url));

export const logTorture: Scenario = {
  name: 'log-torture',
  title: 'recipes print a gigabyte a minute, a line of 500 MB and what is no text; many readers follow',
  backends: ['redis'],
  async run(trial) {
    const folder = trial.use(await temporaryFolder('flood'));
    const repository = trial.use(await makeRepository());
    const farm = await trial.startFarm({ workers: 0 });
    const memory = trial.use(watchMemory());
    memory.watch(farm.api);
    const startWorker = async () => memory.watch(await farm.addWorker({ CRAFTING_CONCURRENCY: '4' }));
    const torture: Torture = { trial, farm, folder: folder.path, gitUrl: repository.url };

    await promiseFlood(torture, startWorker);
    trial.tell(describePeaks(memory));
    await promiseLongLine(torture);
    trial.tell(describePeaks(memory));
    await promiseBytes(torture);
    const peaks = [...memory.peaks()];
    if (!trial.isShort)
      trial.promise(
        `API and worker stay below ${MEMORY_MB_MAX} MB of their own throughout`,
        describePeaks(memory),
        peaks.length === 2 && peaks.every(([, megabytes]) => megabytes > 0 && megabytes < MEMORY_MB_MAX),
      );
    await register(farm.client, 'afterwards', repository.url, { test: 'echo fine' });
    const { job, log_tail } = await ended(farm.client, await queueJob(farm.client, 'afterwards'));
    const after = `${job.status}, prints ${log_tail.join('\n')}`;
    trial.promise('the farm goes on afterwards', after, after === 'passed, prints fine');
  },
};

type Torture = { trial: Trial; farm: FarmUnderTest; folder: string; gitUrl: string };

async function promiseFlood(torture: Torture, startWorker: () => Promise<void>): Promise<void> {
  const { trial, farm, folder, gitUrl } = torture;
  const size = trial.isShort ? { bytes: 100e6, forMs: 6_000 } : { bytes: 1e9, forMs: 60_000 };
  const bare = join(folder, 'bare');
  await runPlainly(`${printing({ ...size, folder: bare })} > /dev/null`);
  trial.tell('printed into /dev/null');

  const [flood, ticks] = [join(folder, 'flood'), join(folder, 'ticks')];
  await register(farm.client, 'flood', gitUrl, { test: printing({ ...size, folder: flood }) });
  const tickBytes = (size.forMs / TICK_MS) * TICK_BYTES;
  const ticking = printing({ bytes: tickBytes, forMs: size.forMs, folder: ticks });
  await register(farm.client, 'ticks', gitUrl, { test: ticking });
  const tickId = await queueJob(farm.client, 'ticks');
  const floodId = await queueJob(farm.client, 'flood');
  // They all wait for the first line: nobody is there yet to print it.
  const [many, one, slow] = await Promise.all([
    follow(torture, tickId, { readers: READERS }),
    follow(torture, floodId, { readers: 1 }),
    follow(torture, floodId, { readers: 1, bytesPerSecond: SLOW_BYTES_PER_SECOND }),
  ]);
  for (const readers of [many, one, slow]) trial.use(readers);
  await startWorker();
  const { attempts } = await ended(farm.client, floodId, END_MS);
  await ended(farm.client, tickId, END_MS);

  promiseDelays(
    trial,
    `each of ${READERS} readers has a line within a second, beside the flood`,
    await many.ended,
  );
  promiseDelays(trial, 'so has who follows the flood itself', await one.ended);
  const floodLog = { ...readPrinted(flood), kept: readFileSync(join(flood, 'kept')) };
  await promiseSpeed(torture, bare, flood);
  await promiseStored(torture, floodId, attempts[0]?.log, floodLog);
  await promiseReaders(torture, floodId, slow, floodLog);
}

function describePeaks(memory: MemoryWatch): string {
  return [...memory.peaks()].map(([name, megabytes]) => `${name} ${megabytes.toFixed(0)} MB`).join(', ');
}

type PrintedLog = Omit<Printed, 'tookMs'> & { kept: Buffer };

function promiseDelays(trial: Trial, what: string, readings: readonly Reading[]): void {
  if (trial.isShort) return;
  const [least = 0] = readings.map(({ delays }) => delays.length).toSorted((a, b) => a - b);
  const all = readings.flatMap(({ delays }) => delays);
  const first = Math.max(...readings.map(({ delays }) => delays[0] ?? Number.POSITIVE_INFINITY));
  const p95 = Math.max(...readings.map(({ delays }) => percentile(delays, 0.95)));
  trial.promise(
    what,
    `p95 of the worst ${p95.toFixed(0)} ms, p50 of all ${percentile(all, 0.5).toFixed(0)} ms, first line ${first.toFixed(0)} ms, at least ${least} lines each`,
    p95 < DELAY_P95_MS && first < DELAY_P95_MS && least > 10,
  );
}

/** Of several floods the least slowed one counts: this machine does other things as well. */
async function promiseSpeed({ trial, farm }: Torture, bare: string, flood: string): Promise<void> {
  if (trial.isShort) return;
  const bareMs = readPrinted(bare).tookMs;
  const slowdowns = [readPrinted(flood).tookMs / bareMs - 1];
  while (slowdowns.at(-1)! >= SLOWED_MAX && slowdowns.length < TRIES_MAX && !trial.stopping.aborted) {
    await ended(farm.client, await queueJob(farm.client, 'flood'), END_MS);
    slowdowns.push(readPrinted(flood).tookMs / bareMs - 1);
  }
  trial.promise(
    'a recipe that prints a gigabyte a minute is slowed by less than 5 %',
    `${slowdowns.map((slowed) => `${(slowed * 100).toFixed(1)} %`).join(', then ')} of ${(bareMs / 1000).toFixed(2)} s`,
    Math.min(...slowdowns) < SLOWED_MAX,
  );
}

async function promiseStored(
  { trial, farm }: Torture,
  jobId: string,
  log: LogSummary | null | undefined,
  printed: PrintedLog,
): Promise<void> {
  const { bytes, lines, kept, headBytes, keptLines } = printed;
  const omitted = bytes - kept.length;
  const expected: LogSummary = {
    bytes,
    lines,
    stored_bytes: kept.length,
    stored_sha256: sha256(kept),
    omitted_bytes: omitted,
    omitted_lines: lines - keptLines,
  };
  const gap = `\n[crafting-table] ${omitted} bytes of output left out here\n`;
  const whole = Buffer.concat([kept.subarray(0, headBytes), Buffer.from(gap), kept.subarray(headBytes)]);
  const answer = await ask(farm.baseUrl, `/jobs/${jobId}/log`, farm);
  trial.promise(
    'its first 10 and last 40 MiB are stored, byte for byte, and what was left out is counted',
    `${kept.length} of ${bytes} bytes, ${expected.omitted_lines} lines left out`,
    isDeepStrictEqual(log, expected) &&
      kept.length <= LOG_HEAD_BYTES + LOG_TAIL_BYTES &&
      answer.bytes.equals(whole),
  );
  const from = lines - LINES_WANTED + 1;
  const askedAt = performance.now();
  const cut = await ask(farm.baseUrl, `/jobs/${jobId}/log?from_line=${from}&lines=${LINES_WANTED}`, farm);
  const tookMs = performance.now() - askedAt;
  const lastLines = kept
    .toString('latin1')
    .split('\n')
    .slice(-LINES_WANTED - 1)
    .join('\n');
  const linesMsMax = LINES_MS_MAX * trial.patience;
  trial.promise(
    `any lines of it are found by their numbers within ${linesMsMax / 1000} s`,
    `lines ${from} to ${lines} in ${tookMs.toFixed(0)} ms`,
    cut.text === lastLines && tookMs < linesMsMax,
  );
}

async function promiseReaders(
  torture: Torture,
  jobId: string,
  slow: LogReaders,
  { bytes, kept, headBytes }: PrintedLog,
): Promise<void> {
  const late = torture.trial.use(await follow(torture, jobId, { readers: 1 }));
  const [lateOne] = await late.ended;
  const [slowOne] = await slow.look();
  const isLateRight = lateOne?.sha256 === sha256(kept) && lateOne.gapBytes === bytes - kept.length;
  const slowBytes = slowOne?.textBytes ?? 0;
  const isSlowRight =
    slowBytes > 0 && slowBytes <= headBytes && slowOne?.sha256 === sha256(kept.subarray(0, slowBytes));
  torture.trial.promise(
    'who joins at the end gets all that is stored, who reads slowly loses nothing',
    `the late one ${lateOne?.textBytes} bytes and a gap of ${lateOne?.gapBytes}, the slow one its first ${slowBytes}`,
    isLateRight && isSlowRight,
  );
  await slow[Symbol.asyncDispose]();
}

async function promiseLongLine(torture: Torture): Promise<void> {
  const { trial, farm, gitUrl } = torture;
  const [bytes, readers] = trial.isShort ? [60e6, 10] : [500e6, READERS];
  const end = '\nthe end\n';
  const recipe = `head -c ${bytes} /dev/zero | tr '\\0' x; printf '\\nthe end\\n'`;
  await register(farm.client, 'line', gitUrl, { test: recipe });
  const id = await queueJob(farm.client, 'line');
  const many = trial.use(await follow(torture, id, { readers }));
  const { attempts, log_tail } = await ended(farm.client, id, END_MS);
  const readings = await many.ended;
  const total = bytes + end.length;
  const stored = LOG_HEAD_BYTES + LOG_TAIL_BYTES;
  const kept = Buffer.concat([Buffer.alloc(stored - end.length, 'x'), Buffer.from(end)]);
  const expected: LogSummary = {
    bytes: total,
    lines: 2,
    stored_bytes: stored,
    stored_sha256: sha256(kept),
    omitted_bytes: total - stored,
    omitted_lines: 0,
  };
  trial.promise(
    `a line of ${bytes / 1e6} MB is cut like any other output`,
    `${attempts[0]?.log?.omitted_bytes} of ${attempts[0]?.log?.bytes} bytes left out, ${attempts[0]?.log?.omitted_lines} lines`,
    isDeepStrictEqual(attempts[0]?.log, expected) && log_tail.at(-1) === 'the end',
  );
  const strays = readings.filter((each) => !each.hasEnded || each.textBytes + each.gapBytes !== total);
  trial.promise(
    `${readers} readers of it are told of every byte, or of how many are gone`,
    `${strays.length} not; ${readings.filter(({ gaps }) => gaps > 0).length} were told of a gap`,
    strays.length === 0 && readings.length === readers,
  );
}

async function promiseBytes(torture: Torture): Promise<void> {
  const { trial, farm, folder, gitUrl } = torture;
  const file = join(folder, 'no-text');
  const bytes = Buffer.concat([
    ...ODD_BYTES,
    Buffer.from(Array.from({ length: NOISE_BYTES }, () => trial.random() * 256)),
  ]);
  writeFileSync(file, bytes);
  await register(farm.client, 'bytes', gitUrl, { test: `cat '${file}'` });
  const id = await queueJob(farm.client, 'bytes');
  const followed = trial.use(await follow(torture, id, { readers: 1 }));
  await ended(farm.client, id);
  const answer = await ask(farm.baseUrl, `/jobs/${id}/log`, farm);
  const [reading] = await followed.ended;
  const isTextRight = reading?.sha256 === sha256(Buffer.from(bytes.toString('utf8')));
  trial.promise(
    'what is no text comes back byte for byte, and as U+FFFD where only text can travel',
    `${bytes.length} bytes ${answer.bytes.equals(bytes) ? 'equal' : 'differ'}, text ${isTextRight ? 'equal' : 'differs'}`,
    answer.bytes.equals(bytes) && isTextRight,
  );
}

function follow(
  { farm }: Torture,
  jobId: string,
  { readers, bytesPerSecond = null }: { readers: number; bytesPerSecond?: number | null },
): Promise<LogReaders> {
  return startLogReaders({ baseUrl: farm.baseUrl, bearer: farm.bearer, jobId, readers, bytesPerSecond });
}

function printing({ bytes, forMs, folder }: { bytes: number; forMs: number; folder: string }): string {
  return `'${process.execPath}' '${PRINTER}' ${bytes} ${forMs} '${folder}'`;
}

async function runPlainly(command: string): Promise<void> {
  await promisify(execFile)('/bin/sh', ['-c', command], { env: { PATH: searchPath() } });
}

function readPrinted(folder: string): Printed {
  return JSON.parse(readFileSync(join(folder, 'printed.json'), 'utf8'));
}

function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.POSITIVE_INFINITY;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
