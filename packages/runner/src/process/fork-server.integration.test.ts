import { CONTAINMENTS, type Containment } from '@crafting-table/contracts/words';
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from 'vitest';
import type { ContainedCommand } from './contain-command.ts';
import { findProgram } from './find-program.ts';
import { startForkServer } from './fork-server.ts';
import { killLeftovers } from './kill-leftovers.ts';
import { sendSignal } from './kill-tree.ts';
import { openSpawner } from './open-spawner.ts';
import { probeContainment } from './probe-containment.ts';
import { listProcesses, readMarker } from './process-table.ts';
import type { Spawner } from './spawner.ts';
import { startRecipe } from './start-recipe.ts';
import { waitUntil } from './wait-until.ts';

const LIMITS = { timeoutMs: 20_000, noOutputMs: 0, killGraceMs: 300, outputBytesMax: 2 ** 31 };
const prefix = `test.${randomUUID()}`;
let attempts = 0;
afterAll(() => killLeftovers((id) => id.startsWith(prefix)));

function start(spawner: Spawner, command: string, containment: Containment = 'marker') {
  let output = '';
  const recipe = startRecipe({
    command,
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    attemptId: `${prefix}.${++attempts}`,
    containment,
    spawner,
    limits: LIMITS,
    onOutput: (chunk) => void (output += chunk.toString()),
  });
  return { ...recipe, output: () => output };
}

const tried = await Promise.allSettled(CONTAINMENTS.map((level) => probeContainment(level)));
const offered = tried.filter((probe) => probe.status === 'fulfilled').map((probe) => probe.value);

describe.each(offered)('under %s', (containment) => {
  test('when the server is killed a running recipe settles, nothing is left of it, and the next one works', async () => {
    await using server = await startForkServer();
    const recipe = start(server, 'setsid sleep 300 & echo ready; sleep 300', containment);
    expect(await waitUntil(() => recipe.output() === 'ready\n', 5_000)).toBe(true);
    killServer();
    expect(await recipe.ended).toMatchObject({ reason: 'setup_failed', exitCode: -1, survivors: 0 });
    expect(listProcesses().filter((row) => readMarker(row.pid)?.startsWith(prefix))).toEqual([]);
    const next = start(server, 'echo works', containment);
    expect(await next.ended).toMatchObject({ reason: 'exit', exitCode: 0 });
    expect(next.output()).toBe('works\n');
  });

  test('fifty recipes at once all end, each with its own output and code', async () => {
    await using server = await startForkServer();
    const numbers = Array.from({ length: 50 }, (_, index) => index);
    const recipes = numbers.map((number) => start(server, `echo ${number}; exit ${number}`, containment));
    for (const [number, recipe] of recipes.entries()) {
      expect(await recipe.ended).toMatchObject({ reason: 'exit', exitCode: number, outputComplete: true });
      expect(recipe.output()).toBe(`${number}\n`);
    }
  });
});

test('what the system would cut short is an error', async () => {
  await using server = await startForkServer();
  await expect(start(server, 'echo a\0b').ended).rejects.toThrow('No process could be started');
});

test('a recipe asked for while the server dies is an error that says so', async () => {
  await using server = await startForkServer();
  const [pid] = findServers();
  sendSignal(pid!, 'SIGSTOP');
  const recipe = start(server, 'true');
  sendSignal(pid!, 'SIGKILL');
  await expect(recipe.ended).rejects.toMatchObject({
    message: expect.stringContaining('No process could be started with /bin/sh in /'),
    cause: { message: expect.stringContaining('The fork server has ended') },
  });
});

test('the reason why a program does not start comes from the system', async () => {
  await using server = await startForkServer();
  const spawn = (file: string, cwd: string) => server.spawn({ ...NO_PROGRAM, file }, { cwd, env: {} });
  const because = (message: string) => ({ cause: { message } });
  await expect(spawn('/no/such\nprogram', '/')).rejects.toMatchObject(
    because('exec: No such file or directory'),
  );
  await expect(spawn('/etc/passwd', '/')).rejects.toMatchObject(because('exec: Permission denied'));
  await expect(spawn('/bin/sh', '/no/such')).rejects.toMatchObject(
    because('chdir: No such file or directory'),
  );
});

test('the environment arrives byte for byte', async () => {
  await using server = await startForkServer();
  const env = {
    LINES_: 'one\ntwo\n',
    EQUALS: '=a=b=',
    EMPTY: '',
    CONTROL: '\x01\x1b[0m\x7f\r\t',
    WIDE: 'é漢🦀\u0080\uffff',
    LONG: 'x'.repeat(100_000),
    'odd.name-': '1',
  };
  const cat = { ...NO_PROGRAM, file: findProgram('cat'), arguments: ['/proc/self/environ'] };
  const root = await server.spawn(cat, { cwd: '/', env });
  const printed = await buffer(root.output.source);
  const expected = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  expect(printed.toString().split('\0').toSorted()).toEqual(['', ...expected].toSorted());
});

test('a server keeps no file open for recipes that have ended, and no zombie', async () => {
  await using server = await startForkServer();
  const [pid] = findServers();
  const countFiles = () => readdirSync(`/proc/${pid}/fd`).length;
  const before = countFiles();
  for (const command of ['true', 'exit 1', 'echo a', 'kill -9 $$']) await start(server, command).ended;
  await expect(server.spawn(NO_PROGRAM, { cwd: '/', env: {} })).rejects.toThrow(
    'No process could be started',
  );
  // It says what happened before it tidies up.
  expect(await waitUntil(() => countFiles() === before, 2_000)).toBe(true);
  expect(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')).toBe('');
});

test('a closed server is gone', async () => {
  const server = await startForkServer();
  expect(findServers()).toHaveLength(1);
  await server[Symbol.asyncDispose]();
  expect(findServers()).toEqual([]);
});

test('where a fork server works it is what is opened', async () => {
  await using spawner = await openSpawner();
  expect(spawner.means).toBe('fork_server');
});

const NO_PROGRAM: ContainedCommand = {
  file: '/no/such/program',
  arguments: [],
  wrappers: 1,
  endsTree: false,
  vouches: false,
};

/** Those of this process. */
function findServers(): number[] {
  return listProcesses()
    .filter((row) => row.parent === process.pid)
    .map((row) => row.pid)
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('fork-server.pl'));
}

function killServer(): void {
  const [pid, ...others] = findServers();
  expect(others).toEqual([]);
  sendSignal(pid!, 'SIGKILL');
}
