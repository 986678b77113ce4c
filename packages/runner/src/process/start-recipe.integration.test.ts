import { CONTAINMENTS, type Containment } from '@crafting-table/contracts/words';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { killLeftovers } from './kill-leftovers.ts';
import { probeContainment } from './probe-containment.ts';
import { listProcesses, readMarker, readProcess } from './process-table.ts';
import { startForkServer } from './fork-server.ts';
import { directSpawner } from './spawn-directly.ts';
import { type RecipeOptions, startRecipe } from './start-recipe.ts';
import { waitUntil } from './wait-until.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const PATH = '/usr/bin:/bin';
/** What nobody waits for lasts minutes in these tests. */
const ENDLESS_MS = 10_000;
const LIMITS = { timeoutMs: 20_000, noOutputMs: 0, killGraceMs: 300, outputBytesMax: 2 ** 31 };

const offered = await levelsOfThisMachine();
const prefix = `test.${randomUUID()}`;
let attempts = 0;
let canary: ChildProcess;

beforeAll(() => {
  process.env.SECRET_OF_THE_WORKER = 'do not tell';
  canary = spawn('/bin/sleep', ['600'], { stdio: 'ignore' });
});

afterEach(() => {
  // Not even a scenario that is about something else may leave a process behind, or harm one that is not its own.
  const left = listProcesses().filter((row) => readMarker(row.pid)?.startsWith(prefix));
  if (left.length > 0) throw new Error(`Left behind: ${left.map((row) => commandLine(row.pid)).join(', ')}`);
  if (readProcess(canary.pid!) === undefined)
    throw new Error('A process was killed that belongs to no recipe');
});

afterAll(async () => {
  canary.kill('SIGKILL');
  delete process.env.SECRET_OF_THE_WORKER;
  await killLeftovers((id) => id.startsWith(prefix));
});

test('this machine offers at least the weakest level', () => {
  expect(offered).toContain('marker');
});

const spawners = { fork_server: await startForkServer(), direct: directSpawner };
afterAll(() => spawners.fork_server[Symbol.asyncDispose]());

// Direct starts are what is left where the fork server cannot be: there the weakest level is the likely one. That the
// others work with them too, each probe above has shown.
const rows = [
  ...offered.map((containment) => ({ containment, means: 'fork_server' as const })),
  { containment: 'marker' as const, means: 'direct' as const },
];

describe.each(rows)('under $containment, started by $means', ({ containment, means }) => {
  const fixture = (name: string) => `${name.endsWith('.pl') ? 'perl' : 'sh'} ${join(FIXTURES, name)}`;

  function start(command: string, changes: Partial<RecipeOptions> = {}) {
    let output = Buffer.alloc(0);
    const recipe = startRecipe({
      command,
      cwd: FIXTURES,
      env: { PATH },
      attemptId: `${prefix}.${++attempts}`,
      containment,
      spawner: spawners[means],
      limits: LIMITS,
      onOutput: (chunk) => {
        output = Buffer.concat([output, chunk]);
      },
      ...changes,
    });
    return { ...recipe, output: () => output.toString() };
  }

  async function run(command: string, changes: Partial<RecipeOptions> = {}) {
    const recipe = start(command, changes);
    const end = await recipe.ended;
    return { ...end, output: recipe.output() };
  }

  async function runUntilSaid(command: string, word: string, changes: Partial<RecipeOptions> = {}) {
    const recipe = start(command, changes);
    expect(await waitUntil(() => recipe.output().includes(word), 5_000)).toBe(true);
    return recipe;
  }

  test.each([
    ['true', 0],
    ['false', 1],
    ['exit 3', 3],
    ['exit 255', 255],
    ['no-such-tool-anywhere', 127],
    [FIXTURES, 126],
  ])('%s ends with its own exit code', async (command, exitCode) => {
    expect(await run(command)).toMatchObject({
      reason: 'exit',
      exitCode,
      survivors: 0,
      outputComplete: true,
    });
  });

  test.each([
    ['TERM', 143, 'SIGTERM'],
    ['KILL', 137, 'SIGKILL'],
    ['SEGV', 139, 'SIGSEGV'],
  ])(
    'a shell that dies of %s ends with 128 + n, and nothing is said about it in its log',
    async (name, exitCode, signal) => {
      expect(await run(`kill -${name} $$`)).toMatchObject({ reason: 'exit', exitCode, signal, output: '' });
    },
  );

  test('the command is a shell command: quotes, pipes, variables, lines', async () => {
    const command = `A="it's \\"here\\""; printf '%s\\n' "$A" | tr a-z A-Z && (echo sub; exit 0)\nfor i in 1 2; do\n  echo $i\ndone; echo $((1+1)) "$0"`;
    expect((await run(command)).output).toBe(`IT'S "HERE"\nsub\n1\n2\n2 /bin/sh\n`);
  });

  test('the environment is what was given, the marker, and what the shell itself adds', async () => {
    const attemptId = `${prefix}.environment`;
    const { output } = await run(`env; tr '\\0' '\\n' </proc/self/environ`, {
      attemptId,
      env: { PATH, DECLARED: 'a "b"\nc', status: 'kept', stopping: 'kept' },
    });
    const names = new Set(output.match(/^\w+(?==)/gm));
    expect([...names].filter((name) => !['PWD', 'SHLVL', '_'].includes(name)).toSorted()).toEqual([
      'CRAFTING_ATTEMPT',
      'DECLARED',
      'PATH',
      'status',
      'stopping',
    ]);
    expect(output).toContain(`CRAFTING_ATTEMPT=${attemptId}\n`);
    expect(output).toContain('DECLARED=a "b"\nc\n');
    expect(output).not.toContain('do not tell');
  });

  test('no signal is ignored or blocked for the recipe that is not for any other program', async () => {
    const { output } = await run('grep -E "Sig(Blk|Ign)" /proc/self/status');
    expect(output).toMatch(/^SigBlk:\s0+\nSigIgn:\s0+\n$/);
  });

  test('the recipe has no open file that is not its own, and nothing to read', async () => {
    const list = 'ls /proc/$$/fd; readlink /proc/$$/fd/0';
    // Directly started it gets what every child of this process gets, which has been given a stray descriptor itself.
    const plain = spawnSync('/bin/sh', ['-c', list], { stdio: ['ignore', 'pipe', 'pipe'] });
    const expected = means === 'direct' ? plain.stdout.toString() : '0\n1\n2\n/dev/null\n';
    expect((await run(`${list}; cat`)).output).toBe(expected);
  });

  test('it leads a session of its own', async () => {
    const { output } = await run('cut -d " " -f 6 /proc/$$/stat; cut -d " " -f 6 /proc/self/stat');
    const [ofShell, ofChild] = output.trim().split('\n');
    expect(ofShell).toBe(ofChild);
    expect(Number(ofShell)).not.toBe(readProcess(process.pid)!.session);
  });

  test('a working folder that does not exist is an error that names it', async () => {
    const recipe = start('true', { cwd: '/no/such/folder' });
    await expect(recipe.ended).rejects.toThrow(/No process could be started with .* in \/no\/such\/folder/);
    recipe.stop('cancelled');
  });

  test.runIf(process.getuid!() === 0)(
    'a recipe of another user cannot read the environment of the worker',
    async () => {
      const { output } = await run(`id -u; id -G; cat /proc/${process.pid}/environ; echo e >/dev/stderr`, {
        cwd: '/',
        user: { uid: 65_534, gid: 65_534 },
      });
      expect(output).toMatch(/^65534\n65534\ncat: .*(denied|No such file).*\ne\n$/);
    },
  );

  test('stdout and stderr come in the order they were written, also through their names in /dev', async () => {
    const { output } = await run(
      'for i in 1 2 3; do echo o$i; echo e$i >&2; done; echo o4 >/dev/stdout; echo e4 >/dev/stderr',
    );
    expect(output).toBe('o1\ne1\no2\ne2\no3\ne3\no4\ne4\n');
  });

  test('bytes that are no characters arrive as they are', async () => {
    const { output, outputBytes } = await run(`printf '\\377\\376\\303(\\000end'`, {
      onOutput: (chunk) => expect(chunk).toEqual(Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0, 0x65, 0x6e, 0x64])),
    });
    expect([output, outputBytes]).toEqual(['', 8]);
  });

  test('nothing is lost of much output just before the end', async () => {
    let bytes = 0;
    const count = (chunk: Buffer) => void (bytes += chunk.length);
    const end = await run('head -c 50000000 /dev/zero; echo -n end', { onOutput: count });
    expect([bytes, end.outputBytes, end.outputComplete]).toEqual([50_000_003, 50_000_003, true]);
  });

  test('a slow reader makes the recipe wait, one chunk at a time, and is not taken for silence of the recipe', async () => {
    let bytes = 0;
    let open = 0;
    const onOutput = async (chunk: Buffer) => {
      expect(++open).toBe(1);
      await delay(bytes === 0 ? 2_500 : 1);
      bytes += chunk.length;
      open--;
    };
    const end = await run('head -c 2000000 /dev/zero', {
      onOutput,
      limits: { ...LIMITS, noOutputMs: 2_000 },
    });
    expect(end).toMatchObject({ reason: 'exit', exitCode: 0, outputBytes: 2_000_000, outputComplete: true });
    expect(bytes).toBe(2_000_000);
  });

  test('a reader that fails ends the tree, and its error comes back', async () => {
    const broken = new Error('no room for output');
    const recipe = start('echo hello; sleep 300', { onOutput: () => Promise.reject(broken) });
    await expect(recipe.ended).rejects.toMatchObject({ cause: broken });
  });

  test.each([
    ['timeout', 'sleep 300', { timeoutMs: 100 }],
    ['no_output', 'echo once; sleep 300', { noOutputMs: 150 }],
    ['log_flood', fixture('print-forever.sh'), { outputBytesMax: 1_000_000 }],
  ] as const)('%s ends it', async (reason, command, limit) => {
    const end = await run(command, { limits: { ...LIMITS, ...limit } });
    expect(end).toMatchObject({ reason, survivors: 0 });
    expect(end.endedAt - end.startedAt).toBeLessThan(ENDLESS_MS);
    expect(end.outputBytes).toBeLessThan(2_000_000);
    expect(end.outputComplete).toBe(reason !== 'log_flood');
  });

  test('output now and then keeps the silence limit away', async () => {
    const end = await run('for i in 1 2 3 4 5; do echo $i; sleep 0.5; done', {
      limits: { ...LIMITS, noOutputMs: 2_000 },
    });
    expect(end).toMatchObject({ reason: 'exit', exitCode: 0 });
  });

  test('a stop lets the recipe tidy up and keeps what it says then, also when its shell is gone already', async () => {
    const recipe = await runUntilSaid(`${fixture('tidy-up-on-sigterm.sh')}; echo not reached`, 'ready');
    recipe.stop('cancelled');
    expect(await recipe.ended).toMatchObject({ reason: 'cancelled', survivors: 0, outputComplete: true });
    expect(recipe.output()).toContain('tidied');
    expect(recipe.output()).not.toContain('not reached');
  });

  test('TERM reaches a process in a session of its own', async () => {
    const recipe = await runUntilSaid(`setsid ${fixture('tidy-up-on-sigterm.sh')} & wait`, 'ready');
    recipe.stop('cancelled');
    await recipe.ended;
    expect(recipe.output()).toContain('tidied');
  });

  test('what ignores TERM is killed after the grace and not before', async () => {
    const recipe = await runUntilSaid(`exec ${fixture('ignore-sigterm.sh')}`, 'ready');
    const stoppedAt = performance.now();
    recipe.stop('cancelled');
    const end = await recipe.ended;
    expect(end).toMatchObject({ reason: 'cancelled', exitCode: 137, signal: 'SIGKILL', survivors: 0 });
    expect(performance.now() - stoppedAt).toBeGreaterThan(250);
    expect(performance.now() - stoppedAt).toBeLessThan(ENDLESS_MS);
  });

  test.each([1, 3, 5, 10, 20])('a stop %i ms after the start leaves nothing', async (ms) => {
    const recipe = start('sleep 300; echo not reached');
    await delay(ms);
    recipe.stop('superseded');
    expect(await recipe.ended).toMatchObject({ reason: 'superseded', survivors: 0 });
    expect(recipe.output()).toBe('');
  });

  test('the first reason wins', async () => {
    const recipe = await runUntilSaid(`exec ${fixture('ignore-sigterm.sh')}`, 'ready');
    recipe.stop('superseded');
    recipe.stop('cancelled');
    expect((await recipe.ended).reason).toBe('superseded');
    recipe.stop('timeout');
  });

  test('an end that nobody has noticed yet wins over a stop', async () => {
    const recipe = start('exit 7');
    const busyUntil = performance.now() + 500;
    while (performance.now() < busyUntil);
    recipe.stop('cancelled');
    expect(await recipe.ended).toMatchObject({ reason: 'exit', exitCode: 7 });
  });

  test.each(['leave-setsid-child.sh', 'leave-grandchild.sh', 'leave-without-marker.sh', 'hold-stdout.sh'])(
    '%s leaves nothing after its own end, and nobody waits for it',
    async (name) => {
      const end = await run(fixture(name));
      expect(end).toMatchObject({
        reason: 'exit',
        exitCode: 0,
        output: 'left\n',
        survivors: 0,
        outputComplete: true,
      });
      expect(end.endedAt - end.startedAt).toBeLessThan(ENDLESS_MS);
      expect(countSleepers()).toBe(0);
    },
  );

  test('an agent that made itself a daemon is gone with its recipe', async () => {
    await run(`${fixture('start-agent.pl')}; sleep 0.4`);
    expect(listProcesses().filter((row) => isAgent(row.pid))).toEqual([]);
  });

  test.each(['fork-forever.pl', 'fork-many.pl'])('%s cannot outrun the kill', async (name) => {
    const recipe = await runUntilSaid(`${fixture(name)}; sleep 300`, 'ready');
    recipe.stop('cancelled');
    expect(await recipe.ended).toMatchObject({ reason: 'cancelled', survivors: 0 });
  });

  test('what forks faster than anybody looks is gone after a stop, and not only unseen', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'crafting-beat-'));
    const beat = join(folder, 'beat');
    writeFileSync(beat, '');
    const recipe = await runUntilSaid(`${fixture('fork-forever.pl')} ${beat}; sleep 300`, 'ready');
    recipe.stop('cancelled');
    expect(await recipe.ended).toMatchObject({ reason: 'cancelled', survivors: 0 });
    const last = statSync(beat).mtimeMs;
    expect(await waitUntil(() => statSync(beat).mtimeMs !== last, 300)).toBe(false);
    rmSync(folder, { recursive: true });
  });

  test('the tree of a killed worker is gone: by itself, or when the next worker looks for leftovers', async () => {
    const attemptId = `${prefix}.${++attempts}`;
    const command = `${fixture('leave-setsid-child.sh')}; sh ignore-sigterm.sh`;
    const worker = spawn(process.execPath, [
      join(FIXTURES, 'start-and-wait.ts'),
      containment,
      means,
      attemptId,
      command,
    ]);
    let said = '';
    worker.stdout.on('data', (chunk) => (said += chunk));
    expect(await waitUntil(() => said.includes('ready'), 10_000)).toBe(true);
    const isRunning = () => listProcesses().some((row) => readMarker(row.pid) === attemptId);
    expect(isRunning()).toBe(true);
    const children = listProcesses().filter((row) => row.parent === worker.pid);
    expect(children).toHaveLength(1);
    worker.kill('SIGKILL');
    if (containment === 'marker') await killLeftovers((id) => id === attemptId);
    expect(await waitUntil(() => !isRunning(), 5_000)).toBe(true);
    const isLeft = () => children.some(({ pid, started }) => readProcess(pid)?.started === started);
    expect(await waitUntil(() => !isLeft(), 5_000)).toBe(true);
  });
});

async function levelsOfThisMachine(): Promise<Containment[]> {
  const tried = await Promise.allSettled(CONTAINMENTS.map((level) => probeContainment(level)));
  return tried.filter((probe) => probe.status === 'fulfilled').map((probe) => probe.value);
}

/** Also those that have no marker: what the fixtures start stays in their folder. */
function countSleepers(): number {
  return listProcesses().filter(
    (row) => commandLine(row.pid) === 'sleep 300' && workingFolder(row.pid) === FIXTURES,
  ).length;
}

function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return ''; // It ended while we looked.
  }
}

function isAgent(pid: number): boolean {
  return commandLine(pid).startsWith('perl') && commandLine(pid).endsWith('start-agent.pl');
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return ''; // It ended while we looked.
  }
}
