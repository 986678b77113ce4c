// start.mjs in a project of its own, whose npm, pnpm and launcher are stand-ins: nothing is downloaded.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { isGoneWithin } from '@crafting-table/dev-services/process-life';
import { temporaryFolder } from '@crafting-table/dev-services/stand-ins/temporary-folder';

const STAND_INS = join(import.meta.dirname, 'stand-ins');

describe('start.mjs', () => {
  test('installs what is missing once, and hands the flags on', async () => {
    await using project = await makeProject();
    await using first = project.start(['--port', '1']);
    expect(await first.nextLine()).toMatch(/^up \d+ \["--port","1"\]$/);
    await first.end('SIGTERM');
    await using second = project.start([]);
    expect(await second.nextLine()).toMatch(/^up/);
    await second.end('SIGTERM');
    expect(await project.calls()).toEqual(['npm', 'pnpm install --frozen-lockfile --reporter=append-only']);
  });

  test('installs again when the lock file has changed', async () => {
    await using project = await makeProject();
    for (const lock of ['one', 'other']) {
      await writeFile(join(project.path, 'pnpm-lock.yaml'), lock);
      await using started = project.start([]);
      await started.nextLine();
      await started.end('SIGTERM');
    }
    expect((await project.calls()).filter((call) => call.startsWith('pnpm'))).toHaveLength(2);
  });

  test('begins anew after an install that was cut off', async () => {
    await using project = await makeProject();
    await project.start([], { STAND_IN_NPM: 'die half-way' }).exit;
    await using started = project.start([]);
    expect(await started.nextLine()).toMatch(/^up/);
    await started.end('SIGTERM');
  });

  test('says what to do when there is no network', async () => {
    await using project = await makeProject();
    await using started = project.start([], { STAND_IN_NPM: 'no network' });
    expect(await started.exit).toBe(1);
    expect(started.errors()).toContain('npm error code ENOTFOUND');
    expect(started.errors()).toContain('The package registry could not be reached.');
  });

  test('delivers a Ctrl-C once, however many relay it, and passes the exit code on', async () => {
    await using project = await makeProject();
    await using started = project.start([]);
    await started.nextLine();
    started.child.kill('SIGINT');
    started.child.kill('SIGINT'); // npm repeats what the terminal has sent already.
    expect(await started.nextLine()).toBe('interrupt 1');
    expect(await started.end('SIGTERM')).toBe(7);
    expect(started.restOfLines()).toEqual([]);
  });

  test('gives standard input to the command line, and prints nothing of its own where its output goes', async () => {
    await using project = await makeProject();
    const folder = join(project.path, 'apps', 'cli', 'src');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'main.ts'), 'process.stdin.pipe(process.stdout);');
    await using started = project.start(['craft'], {}, 'what was piped in');
    expect(await started.exit).toBe(0);
    expect(started.restOfLines()).toEqual(['what was piped in']);
    expect(started.errors()).toContain('installing packages');
  });

  test('takes its child with it when it is killed', async () => {
    await using project = await makeProject();
    await using started = project.start([]);
    const pid = Number((await started.nextLine())?.split(' ')[1]);
    await started.end('SIGKILL');
    expect(await isGoneWithin(pid, 10_000)).toBe(true);
  });
});

async function makeProject() {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'a project');
  await mkdir(join(path, 'apps', 'launcher', 'src'), { recursive: true });
  await copyFile(join(import.meta.dirname, '../../../start.mjs'), join(path, 'start.mjs'));
  await copyFile(join(STAND_INS, 'count-signals.ts'), join(path, 'apps', 'launcher', 'src', 'main.ts'));
  await copyFile(join(STAND_INS, 'npm-cli.js'), join(path, 'npm-cli.js'));
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) await writeFile(join(path, name), '');
  await writeFile(join(path, 'package.json'), '{"type":"module"}');
  return {
    path,
    start: (args: string[], environment = {}, input = '') => startIn(path, args, environment, input),
    calls: async () => (await readFile(join(path, 'npm-calls'), 'utf8')).trim().split('\n'),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function startIn(path: string, args: string[], environment: NodeJS.ProcessEnv, input: string) {
  const child = spawn(process.execPath, [join(path, 'start.mjs'), ...args], {
    cwd: '/',
    env: { npm_execpath: join(path, 'npm-cli.js'), HOME: path, ...environment },
  });
  child.stdin.end(input);
  const exit = once(child, 'exit').then(([code]): unknown => code);
  const lines: string[] = [];
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  const reader = createInterface(child.stdout).on('line', (line) => lines.push(line));
  return {
    child,
    exit,
    errors: () => errors,
    restOfLines: () => lines,
    async nextLine(): Promise<string | undefined> {
      while (lines.length === 0) await Promise.race([once(reader, 'line'), once(reader, 'close')]);
      return lines.shift();
    },
    async end(signal: NodeJS.Signals): Promise<unknown> {
      child.kill(signal);
      return await exit;
    },
    /** A test that failed leaves it running. */
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
