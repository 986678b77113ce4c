import { JobFinding } from '@crafting-table/contracts/finding-life';
import { ToolRun } from '@crafting-table/contracts/finding';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runCraft } from './run-craft.ts';

const LOG = 'src/a.c:1:2: error: wrong\n/usr/include/x.h:3:4: warning: odd [-Wodd]\n';
const JUNIT = '<testsuite tests="1"><testcase name="adds"><failure message="1 != 2"/></testcase></testsuite>';

describe('craft parse', () => {
  test('prints a line for each finding, then one for each tool, in the shapes of the API', async () => {
    const { code, lines } = await craft(['parse'], LOG);
    expect(code).toBe(0);
    const [wrong, odd] = lines.slice(0, 2).map((line) => JobFinding.strict().parse(line));
    expect(wrong).toMatchObject({ message: 'wrong', path: 'src/a.c', state: 'existing' });
    expect(odd).toMatchObject({ path_raw: '/usr/include/x.h', origin: 'external' });
    expect(odd).not.toHaveProperty('path');
    const [toolRun] = lines.slice(2).map(({ tool_run }) => ToolRun.parse(tool_run));
    expect(toolRun).toMatchObject({
      tool: 'cc',
      completeness: 'unknown',
      parsed: { findings: 2 },
    });
    expect(lines).toHaveLength(3);
  });

  test('sees a report by its content', async () => {
    const { lines } = await craft(['parse'], JUNIT);
    expect(lines).toMatchObject([
      { kind: 'test_failure', test: { name: 'adds' }, source: { artifact: 'standard input' } },
      { tool_run: { tool: 'junit-xml', completeness: 'complete' } },
    ]);
  });

  test.each([
    ['nothing at all', ''],
    ['noise', '\x00\xff\x1b[31m<<<{{{"runs":[\n\r\n'.repeat(50)],
    ['half a report', JUNIT.slice(0, 60)],
    ['half a SARIF', '{"version":"2.1.0","runs":[{"results":[{"mess'],
  ])('ends well on %s, which is no clean result', async (_, text) => {
    const { code, lines } = await craft(['parse'], text);
    expect(code).toBe(0);
    const verdicts = lines.flatMap(({ tool_run }) => tool_run?.completeness ?? []);
    expect(verdicts).toHaveLength(1);
    expect(verdicts).not.toContain('complete');
  });

  test.each([
    ['generic/junit-xml', 0],
    ['junit-xml', 0],
    ['cc', 2],
    ['auto', 2],
  ])('asks only the tool %s', async (tool, count) => {
    const { lines } = await craft(['parse', '--tool', tool], LOG);
    expect(lines.filter((line) => 'kind' in line)).toHaveLength(count);
  });

  test('tells that a tool that was asked for by name has said nothing', async () => {
    const { lines } = await craft(['parse', '--tool', 'cc'], 'all is well\n');
    expect(lines).toMatchObject([{ tool_run: { tool: 'cc', parsed: { findings: 0 } } }]);
  });

  test('tries the problem matchers of a file on each line of a log', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'crafting-matchers-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'matchers.json');
    const pattern = { regexp: '^(\\S+) is (odd) at (\\d+)$', file: 1, message: 2, line: 3 };
    writeFileSync(file, JSON.stringify({ problemMatcher: { owner: 'oddity', pattern } }));
    const { lines } = await craft(['parse', '--matchers', file], 'src/a.x is odd at 7\n');
    expect(lines).toMatchObject([
      { tool: 'oddity', message: 'odd', path: 'src/a.x', region: { line: 7 } },
      { tool_run: { tool: 'oddity' } },
    ]);
    writeFileSync(file, JSON.stringify({ problemMatcher: { owner: 'oddity' } }));
    const { code, complaints } = await craft(['parse', '--matchers', file], '');
    expect([code, complaints]).toEqual([2, expect.stringContaining('has no problem matchers')]);
  });

  test('keeps the tools of no language whatever language is given', async () => {
    const { lines } = await craft(['parse', '--language', 'C++', '--recipe', 'build'], LOG);
    expect(lines.filter((line) => 'kind' in line)).toHaveLength(2);
  });

  test('prints one document, SARIF or a table when asked to', async () => {
    const json = JSON.parse((await craft(['parse', '--format', 'json'], LOG)).printed);
    expect(json).toMatchObject({ counts: { total: 2 }, findings: [{}, {}], tool_runs: [{}] });
    const sarif = JSON.parse((await craft(['parse', '--format', 'sarif'], LOG)).printed);
    expect(sarif.runs).toMatchObject([
      { tool: { driver: { name: 'cc', rules: [{ id: '-Wodd' }] } }, results: [{}, {}] },
    ]);
    const table = (await craft(['parse', '--format', 'table'], LOG)).printed;
    expect(table).toMatch(
      /^severity +kind +place +rule +message\nhigh +compile_error +src\/a\.c:1:2 +wrong\n/,
    );
  });

  test('keeps nothing of a long log but its findings', async () => {
    const chunk = Buffer.from('nothing to see in this line\n'.repeat(2400));
    const whole = 64 * 1024 ** 2;
    let [before, after] = [0, 0];
    async function* longLog() {
      for (let sent = 0; sent < whole; sent += chunk.length) {
        yield Buffer.from(chunk);
        if (before === 0 && sent > whole / 4) before = await liveBytes(); // Until then it is the parsers themselves that grow.
      }
      after = await liveBytes();
      yield Buffer.from('\nsrc/a.c:1:2: error: at the very end\n');
    }
    const { lines } = await craft(['parse'], longLog());
    expect(lines[0]).toMatchObject({ message: 'at the very end' });
    expect(before).toBeGreaterThan(0);
    expect(after - before).toBeLessThan(4 * 1024 ** 2);
  }, 30_000);

  test.each([
    [['parse', '--tool', 'nobodys'], /there is no tool nobodys/],
    [['parse', '--format', 'xml'], /use jsonl, json, sarif, table/],
    [['parse', '--recipe', 'deploy'], /there is no recipe deploy/],
    [['parse', '--language', 'pyton'], /did you mean python/],
    [['parse', '--colour'], /--colour/],
    [['parse', 'no/such/file.log'], /no\/such\/file\.log cannot be read: ENOENT/],
    [['parse', '--matchers', 'no/such/file.json'], /no\/such\/file\.json cannot be read: ENOENT/],
    [['parse', '--root', 'no/such/folder'], /no\/such\/folder is no folder/],
    [['prase'], /there is no word prase/],
  ])('%j ends with 2 and says why', async (args, why) => {
    const { code, complaints, printed } = await craft(args, LOG);
    expect(code).toBe(2);
    expect(complaints).toMatch(why);
    expect(printed).toBe('');
  });

  test.each([[[]], [['--help']], [['parse', '--help']]])('%j shows how it is used', async (args) => {
    expect(await craft(args, '')).toMatchObject({ code: 0, printed: expect.stringContaining('craft parse') });
  });
});

type Line = Record<string, unknown> & { tool_run?: ToolRun };

async function craft(args: readonly string[], input: string | AsyncIterable<Uint8Array>) {
  let printed = '';
  let complaints = '';
  const code = await runCraft(args, {
    folder: import.meta.dirname,
    input: typeof input === 'string' ? bytesOf(input) : input,
    print: (text) => (printed += text),
    complain: (text) => (complaints += text),
  });
  return {
    code,
    printed,
    complaints,
    /** Each a JSON document, where that is what was printed. */
    get lines(): Line[] {
      return printed
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    },
  };
}

/** As a pipe gives it: in pieces that end anywhere. */
async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += 7) yield bytes.subarray(start, start + 7);
}

/** What is in use when all garbage is gone: what a process has from the system says little about what it keeps. */
async function liveBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 5; look++) {
    collect();
    await delay(10); // What buffers held is given back beside this thread.
    const { heapUsed, external } = process.memoryUsage(); // `external` holds the buffers too.
    least = Math.min(least, heapUsed + external);
  }
  return least;
}
