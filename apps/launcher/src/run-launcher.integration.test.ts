// The launcher with its real stores, and stand-ins for the API and the workers.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { deathSignalsWork } from '@crafting-table/dev-services/bound-child';
import { searchPath } from '@crafting-table/dev-services/config';
import { isAlive, isGoneWithin } from '@crafting-table/dev-services/process-life';
import { temporaryFolder } from '@crafting-table/dev-services/stand-ins/temporary-folder';

const MAIN = join(import.meta.dirname, 'stand-ins', 'main.ts');

describe('the launcher', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'brings a farm up, and all of it down on %s',
    async (signal) => {
      await using folder = await temporaryFolder();
      await using farm = launch(folder.path);
      const url = await farm.untilReady();
      const api = await farm.askApi(url);
      await untilWorkerIsUp(folder.path);
      expect(api.databaseUrl).toMatch(/^postgres:/);
      expect(await farm.stop(signal)).toBe(0);
      expect(farm.lines.join('\n')).toContain('database: Postgres 18.');
      expect(await survivorsOf(folder.path, [api.pid])).toEqual([]);
      const stops = await Promise.all(['worker-1', 'api'].map((name) => lastLogLine(folder.path, name)));
      expect(stops.map((line) => line.msg)).toEqual(['worker stops', 'api stops']);
    },
  );

  test('does not wait for a stubborn worker after a second Ctrl-C', async () => {
    await using folder = await temporaryFolder();
    await using farm = launch(folder.path, [], { CRAFTING_WORKER_NAME: 'stubborn' });
    await farm.untilReady();
    await untilWorkerIsUp(folder.path);
    farm.child.kill('SIGINT');
    await farm.untilLine(/^stopping \(SIGINT\)/);
    expect(await farm.stop('SIGINT')).toBe(0);
    expect(await survivorsOf(folder.path)).toEqual([]);
  });

  test('starts an API again that has ended, and says so', async () => {
    await using folder = await temporaryFolder();
    await using farm = launch(folder.path, ['--workers', '0']);
    const url = await farm.untilReady();
    const before = await farm.askApi(`${url}/end`);
    expect(await farm.untilLine(/^api ended/)).toBe('api ended (exit code 70); starting it again in 0.1 s');
    const after = await untilChanged(() => farm.askApi(url), before.pid);
    expect(after.databaseUrl).toBe(before.databaseUrl);
    await farm.stop('SIGINT');
  });

  test('brings a killed database back where it was', async () => {
    await using folder = await temporaryFolder();
    await using farm = launch(folder.path, ['--workers', '0']);
    await farm.untilReady();
    const before = await postmasterOf(folder.path);
    process.kill(before.pid, 'SIGKILL');
    await farm.untilLine(/^Postgres ended/);
    const after = await untilChanged(() => postmasterOf(folder.path), before.pid);
    expect(after.port).toBe(before.port);
    await farm.stop('SIGINT');
  });

  test('leaves nothing behind when it is killed, and starts again on the same folder', async () => {
    await using folder = await temporaryFolder();
    await using killed = launch(folder.path);
    const { pid } = await killed.askApi(await killed.untilReady());
    await killed.stop('SIGKILL');
    expect(await isGoneWithin(pid, deathSignalsWork() ? 10_000 : 0)).toBe(deathSignalsWork());
    await using next = launch(folder.path);
    await next.untilReady();
    await next.stop('SIGINT');
    expect(await survivorsOf(folder.path)).toEqual([]);
  });

  test('refuses a folder that another one holds, naming it', async () => {
    await using folder = await temporaryFolder();
    await using first = launch(folder.path, ['--workers', '0']);
    const url = await first.untilReady();
    await using second = launch(folder.path, ['--workers', '0']);
    expect(await second.exit).toBe(2);
    expect(second.errors()).toContain(`is in use by process ${first.child.pid}, which serves ${url}`);
    await first.stop('SIGINT');
  });

  test('refuses a port that is in use before it starts anything', async () => {
    await using folder = await temporaryFolder();
    await using other = await temporaryFolder();
    await using first = launch(folder.path, ['--workers', '0']);
    const { port } = new URL(await first.untilReady());
    await using second = launch(other.path, ['--port', port]);
    expect(await second.exit).toBe(2);
    expect(second.errors()).toContain(`Port ${port} on 127.0.0.1 is already in use.`);
    expect(await readdir(other.path)).not.toContain('postgres');
    await first.stop('SIGINT');
  });

  test('runs without Redis where there is none', async () => {
    await using folder = await temporaryFolder();
    await using farm = launch(folder.path, ['--workers', '0'], { PATH: '/nowhere' });
    const api = await farm.askApi(await farm.untilReady());
    expect(api.redisUrl).toBeUndefined();
    await farm.stop('SIGINT');
    expect(farm.lines).toContain('  queue: BullMQ on Postgres (no redis-server or valkey-server on PATH)');
  });

  test('can be interrupted while it is still starting', async () => {
    await using folder = await temporaryFolder();
    await using farm = launch(folder.path);
    while (!(await readdir(folder.path)).includes('postgres')) await pause();
    expect(await farm.stop('SIGINT')).toBe(0);
    expect(await survivorsOf(folder.path)).toEqual([]);
  });
});

function launch(folder: string, args: string[] = [], environment: NodeJS.ProcessEnv = {}) {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', MAIN, '--data', folder, '--port', '0', '--no-demo', ...args],
    { env: { PATH: searchPath(), ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const exit = once(child, 'exit').then(([code]): unknown => code);
  const lines: string[] = [];
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  const reader = createInterface(child.stdout).on('line', (line) => lines.push(line));
  let read = 0;
  const farm = {
    child,
    exit,
    lines,
    errors: () => errors,
    /** The next line that fits, after the one that was found before. */
    async untilLine(pattern: RegExp): Promise<string> {
      for (;;) {
        for (; read < lines.length; read++) {
          if (pattern.test(lines[read]!)) return lines[read++]!;
        }
        if (child.exitCode !== null) throw new Error(`the launcher ended: ${lines.join('\n')}${errors}`);
        await Promise.race([once(reader, 'line'), exit]);
      }
    },
    async untilReady(): Promise<string> {
      return (await farm.untilLine(/^crafting-table ready on /)).replace('crafting-table ready on ', '');
    },
    async askApi(url: string): Promise<{ pid: number; databaseUrl: string; redisUrl?: string }> {
      return JSON.parse(await (await fetch(url)).text());
    },
    async stop(signal: NodeJS.Signals): Promise<unknown> {
      child.kill(signal);
      return await exit;
    },
    /** A test that failed leaves its farm running; what the launcher started ends with it. */
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await farm.stop('SIGKILL');
    },
  };
  return farm;
}

/** Of all processes that this farm had, the ones that live. */
async function survivorsOf(folder: string, more: number[] = []): Promise<number[]> {
  const redis = Number(await readFile(join(folder, 'redis', 'pid'), 'utf8').catch(() => '0'));
  const worker = (await lastLogLine(folder, 'worker-1').catch(() => undefined))?.pid ?? 0;
  const postgres = (await postmasterOf(folder).catch(() => undefined))?.pid ?? 0;
  return [redis, worker, postgres, ...more].filter((pid) => pid > 0 && isAlive(pid));
}

/** A farm is ready when its API is: a worker that is told to stop before it came up has nothing to say. */
async function untilWorkerIsUp(folder: string): Promise<void> {
  while ((await lastLogLine(folder, 'worker-1').catch(() => undefined))?.msg !== 'worker up') await pause();
}

async function lastLogLine(folder: string, name: string): Promise<{ msg: string; pid?: number }> {
  const text = await readFile(join(folder, 'logs', `${name}.log`), 'utf8');
  return JSON.parse(text.trim().split('\n').at(-1) ?? '');
}

async function postmasterOf(folder: string): Promise<{ pid: number; port: number }> {
  const lines = (await readFile(join(folder, 'postgres', 'cluster', 'postmaster.pid'), 'utf8')).split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]) };
}

/** What a look shows once it is another process's; a look that fails is one too early. */
async function untilChanged<Seen extends { pid: number }>(
  look: () => Promise<Seen>,
  pid: number,
): Promise<Seen> {
  for (;;) {
    const seen = await look().catch(() => undefined);
    if (seen && seen.pid > 0 && seen.pid !== pid) return seen;
    await pause();
  }
}

/** Between two looks: neither a folder nor a program tells when it changes. The time of the test is the limit. */
function pause(): Promise<void> {
  return sleep(10);
}
