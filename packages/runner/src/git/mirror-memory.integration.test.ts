import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMirrorMemory, type Look } from './mirror-memory.ts';

const WAIT = { timeout: 20_000, interval: 10 };

let scratch: string;
let generation: string;
let clock: number;
let looks: ((outcome: Awaited<ReturnType<Look>>) => void)[];

const look: Look = () => new Promise((resolve) => looks.push(resolve));
const found = { refs: { commits: new Map<string, string>(), fingerprint: '' } };

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'crafting-memory-'));
  generation = join(scratch, 'generation');
  writeFileSync(generation, 'one');
  clock = 1000;
  looks = [];
});

afterEach(() => rmSync(scratch, { recursive: true }));

it('serves a thousand jobs queued before a look with that one look', async () => {
  const memory = createMirrorMemory(generation, () => clock);
  const answers = Array.from({ length: 1000 }, () => memory.refsSince(new Date(999), look));
  expect(looks).toHaveLength(1);
  looks[0]?.(found);
  expect(new Set(await Promise.all(answers))).toEqual(new Set([found]));
  await memory.refsSince(new Date(999), look);
  expect(looks).toHaveLength(1);
});

it('does not serve a job with a look that started before the job was queued', async () => {
  const memory = createMirrorMemory(generation, () => clock);
  const early = memory.refsSince(new Date(999), look);
  const late = [1001, 1001, 1002].map((at) => memory.refsSince(new Date(at), look));
  clock = 1003;
  looks[0]?.(found);
  await early;
  await expect.poll(() => looks.length, WAIT).toBe(2);
  looks[1]?.(found);
  await Promise.all(late);
  expect(looks).toHaveLength(2);
});

it('asks again after a look that failed', async () => {
  const memory = createMirrorMemory(generation, () => clock);
  const first = memory.refsSince(new Date(999), look);
  looks[0]?.({ failure: { kind: 'unreachable', message: 'gone' } });
  expect(await first).toHaveProperty('failure');
  const second = memory.refsSince(new Date(999), look);
  looks[1]?.(found);
  expect(await second).toEqual(found);
});

it('forgets which commits it saw when objects may have gone from the mirror', () => {
  const memory = createMirrorMemory(generation);
  memory.learn('abc');
  expect(memory.knows('abc')).toBe(true);
  writeFileSync(generation, 'two');
  expect(memory.knows('abc')).toBe(false);
});
