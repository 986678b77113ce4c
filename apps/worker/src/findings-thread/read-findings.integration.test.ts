import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import type { JudgingQuestion } from '@crafting-table/farm/attempts/findings-reader';
import { startFindingsReader } from './read-findings.ts';

const tree = mkdtempSync(join(tmpdir(), 'crafting-findings-'));
const attempt = {
  id: 'a',
  tree,
  reports: join(tree, '../no-reports'),
  subproject: '.',
  startedAtMs: Date.now(),
  secrets: ['a-long-secret'],
  command: 'make',
  declaredTools: [],
  matchers: [],
};
const QUESTION: JudgingQuestion = {
  sha: 'a'.repeat(40),
  before: {
    relation: 'first',
    known: [],
    renames: new Map(),
    completeAtCommit: new Set(),
    inputs: null,
    accepted: new Map(),
    lapsed: new Set(),
  },
  gates: [],
  now: new Date(0),
};
const WARNING = Buffer.from('main.c:3:5: warning: unused variable [-Wunused]\n');

afterEach(() => void vi.useRealTimers());
afterAll(() => rmSync(tree, { recursive: true }));

test('output becomes findings in a thread beside this one', async () => {
  await using reader = startFindingsReader();
  using reading = reader.open(attempt);
  reading.feed(WARNING.subarray(0, 20));
  reading.feed(WARNING.subarray(20));
  const { count } = await reading.end({ exitCode: 1 });
  const { findings } = await reading.judge(QUESTION);
  expect(findings).toMatchObject([
    { message: expect.stringContaining('unused variable'), region: { line: 3 } },
  ]);
  expect(count).toBe(1);
});

test('a thread that hangs is replaced: its attempts say so and the next one is read, whatever they still print', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await using reader = startFindingsReader({ patienceMs: 0 });
  using hanging = reader.open(attempt);
  using beside = reader.open(attempt);
  const ended = hanging.end({ exitCode: 0 });
  vi.advanceTimersByTime(60_000); // Before the thread had a chance to answer.
  vi.useRealTimers();
  expect(await ended).toMatchObject({
    count: 0,
    toolRuns: [{ completeness: 'failed', note: 'the parsers took longer than 60 s' }],
  });
  expect(await beside.end({ exitCode: 0 })).toMatchObject({
    toolRuns: [{ completeness: 'failed', note: 'the parsers had to be started again' }],
  });
  for (let piece = 0; piece < 40; piece++) beside.feed(Buffer.alloc(1024 ** 2));
  using next = reader.open(attempt);
  next.feed(WARNING);
  expect(await next.end({ exitCode: 1 })).toMatchObject({ count: 1 });
});

test('a recipe that prints faster than its parsers read waits for them, and nothing is left out', async () => {
  await using reader = startFindingsReader({ patienceMs: 60_000 });
  using reading = reader.open(attempt);
  const flood = Buffer.alloc(1024 ** 2, `${'x'.repeat(999)}\n`);
  let waits = 0;
  for (let piece = 0; piece < 40; piece++) {
    const room = reading.feed(flood);
    if (room !== undefined) waits += 1;
    await room;
  }
  reading.feed(Buffer.from(`\n${WARNING}`));
  expect(waits).toBeGreaterThan(0);
  const { count, toolRuns } = await reading.end({ exitCode: 1 });
  expect(count).toBe(1);
  expect(toolRuns.map(({ tool }) => tool)).not.toContain('crafting-table');
});

test('a recipe that has waited for its parsers for long goes on, and a tool run says how much they left out', async () => {
  await using reader = startFindingsReader({ patienceMs: 0 });
  using reading = reader.open(attempt);
  const flood = Buffer.alloc(1024 ** 2, `${'x'.repeat(999)}\n`);
  for (let piece = 0; piece < 40; piece++) reading.feed(flood);
  const { toolRuns } = await reading.end({ exitCode: 0 });
  expect(toolRuns.at(-1)).toMatchObject({
    completeness: 'partial',
    note: `${31 * 1024 ** 2} bytes of output came faster than they could be parsed`,
  });
});
