// The real command: a process with files, pipes and a worktree.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, 'main.ts');
const LOG = 'src/a.c:2:5: error: wrong\n';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crafting-cli-'));
  await mkdir(join(folder, 'src'));
  await writeFile(join(folder, 'src', 'a.c'), 'int main(void) {\n  return x;\n}\n');
  await writeFile(join(folder, 'build.log'), LOG);
  await writeFile(
    join(folder, 'report.xml'),
    '<testsuite><testcase name="adds"><failure/></testcase></testsuite>',
  );
});
afterAll(() => rm(folder, { recursive: true }));

test('a worktree gives findings the lines around them, and takes its absolute paths', async () => {
  await writeFile(join(folder, 'absolute.log'), `${folder}/${LOG}`);
  for (const log of ['build.log', 'absolute.log']) {
    const [finding] = await craft(['parse', log, '--root', '.']);
    expect(finding).toMatchObject({
      path: 'src/a.c',
      snippet: ['int main(void) {', '  return x;', '}', ''],
      line_hash: expect.any(String),
    });
  }
});

test('several files and standard input are one result', async () => {
  const lines = await craft(['parse', 'build.log', 'report.xml', '-'], 'src/b.c:1:1: error: other\n');
  expect(lines.map(({ message }) => message).slice(0, 3)).toEqual(['wrong', expect.any(String), 'other']);
  expect(lines.filter((line) => 'tool_run' in line)).toHaveLength(3);
});

test('npm runs it from where the person stands', async () => {
  const environment = { npm_lifecycle_event: 'craft', INIT_CWD: folder };
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'parse', 'build.log'], {
    cwd: '/',
    env: environment,
  });
  expect(stdout).toContain('"message":"wrong"');
});

test('a reader that has read enough does not make it fail', async () => {
  const lines = Array.from({ length: 20_000 }, (_, line) => `src/a.c:${line + 1}:1: error: wrong\n`);
  await writeFile(join(folder, 'long.log'), lines.join(''));
  const child = spawn(process.execPath, [MAIN, 'parse', 'long.log'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (text) => (complaints += text));
  child.stdout.once('data', () => child.stdout.destroy());
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(complaints).toBe('');
});

type Line = { message?: string; tool_run?: object };

async function craft(args: readonly string[], input = ''): Promise<Line[]> {
  const running = promisify(execFile)(process.execPath, [MAIN, ...args], { cwd: folder, env: {} });
  running.child.stdin?.end(input);
  const { stdout } = await running;
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}
