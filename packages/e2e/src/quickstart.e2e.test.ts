import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'crafting-quickstart-'));
let launcher: ReturnType<typeof startLauncher>;
let baseUrl: string;

beforeAll(async () => {
  launcher = startLauncher();
  baseUrl = await readyAddress(launcher);
});

afterAll(async () => {
  const ended = once(launcher, 'exit');
  launcher.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true });
});

test('the quickstart of the README works line by line', async () => {
  const lines = quickstart().replaceAll('http://127.0.0.1:8810', baseUrl);
  const { code, output } = await run(lines);
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toContain('"name":"hello"');
  expect(output).toContain('event: end');
  expect(output).toContain('"status":"failed"'); // The lint recipe of the demo has findings on purpose.
  expect(output).toContain('"findings":[{');
  expect(output).toMatch(/"jobs":\[\{"job_id":/);
  expect(output).toContain('"next_cursor":null');
  expect(output).not.toContain('"code":');
});

function quickstart(): string {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const block = /<!-- quickstart -->\n```sh\n([\s\S]*?)```/.exec(readme)?.[1];
  if (!block) throw new Error('The README has no quickstart block.');
  return block;
}

function startLauncher() {
  const entry = join(ROOT, 'apps/launcher/src/main.ts');
  return spawn(process.execPath, [entry, '--port', '0', '--data', join(folder, 'data')], {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** The demo must be through as well: its repository is the one the quickstart registers. */
async function readyAddress(started: ReturnType<typeof startLauncher>): Promise<string> {
  let address = '';
  for await (const line of createInterface({ input: started.stdout })) {
    address ||= /^crafting-table ready on (\S+)$/.exec(line)?.[1] ?? '';
    if (line.startsWith('Try next')) {
      started.stdout.resume();
      return address;
    }
  }
  throw new Error('The launcher ended before it was ready.');
}

async function run(script: string): Promise<{ code: number; output: string }> {
  const shell = spawn('bash', ['-eu', '-o', 'pipefail', '-c', script], {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (piece: Buffer) => (output += piece));
  const [code] = await once(shell, 'close');
  return { code, output };
}
