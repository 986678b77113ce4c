// How a log is read back: as bytes, by lines, its tail, and as it grows.
import { LOG_TAIL_LINES } from '@crafting-table/contracts/job';
import type { LogChunk } from '@crafting-table/contracts/log';
import { returnAttempt } from '@crafting-table/database/jobs/claim-job';
import { finishAttempt } from '@crafting-table/database/jobs/finish-attempt';
import { appendLogChunks } from '@crafting-table/database/log-chunks';
import { findOldLogs, removeLogs } from '@crafting-table/database/log-retention';
import {
  addProject,
  addRunningJob,
  claim,
  openFarmDatabase,
  passed,
  type FarmDatabase,
} from '@crafting-table/database/stand-ins/farm-rows';
import { chunkOf, chunksOf } from '@crafting-table/database/stand-ins/log-chunk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getJob } from '../jobs/show-job.ts';
import { isRefusal } from '../refusal.ts';
import { followLog, type LogEvent, type LogPosition } from './follow-log.ts';
import { createNews } from './news.ts';
import { REMOVED_LINE } from './read-log-pieces.ts';
import { readLogTail } from './read-log-tail.ts';
import { readLog } from './read-log.ts';

const ALICE = { tokenId: 't', name: 'alice', isAdmin: false };
const KEEP_NO_LOG = { log_days: 0, log_count: 100, log_bytes: -1, log_bytes_total: 1e9 };
const never = new AbortController().signal;
let farm: FarmDatabase;

beforeAll(async () => {
  farm = await openFarmDatabase();
});
afterAll(() => farm[Symbol.asyncDispose]());

test('a log is read whole, from an offset, and by ranges over the borders of its chunks', async () => {
  const jobId = await jobWithLog(chunksOf('one\ntw', 'o\nthr', 'ee\n'));
  expect(await read(jobId, {})).toBe('one\ntwo\nthree\n');
  expect(await read(jobId, { offset: 5 })).toBe('wo\nthree\n');
  expect(await read(jobId, {}, { first: 4, last: 8 })).toBe('two\nt');
  expect(await read(jobId, {}, { first: null, last: 6 })).toBe('three\n');
});

test('of a log that retention took, one line says so', async () => {
  const jobId = await jobWithLog(chunksOf('one\n'));
  await finishAttempt(farm.db, passed(jobId));
  await removeLogs(farm.db, await findOldLogs(farm.db, KEEP_NO_LOG));
  expect(await read(jobId, {})).toBe(`${REMOVED_LINE}\n`);
  expect(await read(jobId, { from_line: 1, lines: 5 })).toBe(`${REMOVED_LINE}\n`);
  expect(await getJob(farm.db, ALICE, jobId)).toMatchObject({ log_tail: [REMOVED_LINE] });
});

test('who follows a log that retention took is told so, and the end', async () => {
  const jobId = await jobWithLog(chunksOf('one\n'));
  await finishAttempt(farm.db, passed(jobId));
  expect(textOf(await follow(jobId, { attempt: 1, offset: 4 }))).toBe('');
  await removeLogs(farm.db, await findOldLogs(farm.db, KEEP_NO_LOG));
  for (const from of [null, { attempt: 1, offset: 4 }]) {
    const events = await follow(jobId, from);
    expect(textOf(events)).toBe(`${REMOVED_LINE}\n`);
    expect(events.at(-1)?.kind).toBe('end');
  }
});

test('lines are found over the borders of chunks', async () => {
  const jobId = await jobWithLog(chunksOf('1\n2', '\n3\n', '4\n5'));
  expect(await read(jobId, { from_line: 2, lines: 2 })).toBe('2\n3\n');
  expect(await read(jobId, { from_line: 3 })).toBe('3\n4\n5');
  expect(await read(jobId, { lines: 1 })).toBe('1\n');
  expect(await read(jobId, { from_line: 6 })).toBe('');
});

test('what was left out is told in a line of its own', async () => {
  const jobId = await jobWithLog(withGap());
  expect(await read(jobId, {})).toBe('head\n\n[crafting-table] 95 bytes of output left out here\ntail\n');
});

test('lines behind what was left out keep their numbers', async () => {
  const jobId = await jobWithLog(withGap());
  const gap = '\n[crafting-table] 95 bytes of output left out here\n';
  expect(await read(jobId, { from_line: 1, lines: 2 })).toBe(`head\n${gap}`);
  expect(await read(jobId, { from_line: 1, lines: 21 })).toBe(`head\n${gap}tail\n`);
  expect(await read(jobId, { from_line: 21, lines: 1 })).toBe('tail\n');
  expect(await read(jobId, { from_line: 5, lines: 3 })).toBe('');
});

test('fifty readers at once get the whole log, whatever the number of connections', async () => {
  const jobId = await jobWithLog(chunksOf(...Array.from({ length: 40 }, (_, line) => `line ${line}\n`)));
  await finishAttempt(farm.db, passed(jobId));
  const texts = await Promise.all(Array.from({ length: 50 }, async () => textOf(await follow(jobId, null))));
  expect(new Set(texts)).toEqual(new Set([await read(jobId, {})]));
});

test('a range beyond the end, and the log of somebody else, are refused', async () => {
  const jobId = await jobWithLog(chunksOf('one\n'));
  const range = { first: 4, last: null };
  expect(await readLog(farm.db, ALICE, jobId, {}, range)).toMatchObject({ refused: 'range_not_satisfiable' });
  const bob = { ...ALICE, name: 'bob' };
  expect(await readLog(farm.db, bob, jobId, {}, null)).toEqual({ refused: 'not_found' });
});

test('the tail is the last lines, without line feeds, with invalid bytes replaced and long lines cut', async () => {
  const many = Array.from({ length: 300 }, (_, line) => `line ${line}\n`).join('');
  const jobId = await jobWithLog(chunksOf(many, 'x'.repeat(5000), Buffer.from([0x0a, 0xff, 0x0a]), 'end'));
  const tail = await readLogTail(farm.db, { jobId, attempt: 1 });
  expect(tail).toHaveLength(LOG_TAIL_LINES);
  expect(tail.slice(-2)).toEqual(['\u{FFFD}', 'end']);
  expect(tail.at(-3)).toBe(`${'x'.repeat(4000)} […]`);
  expect(tail[0]).toBe('line 103');
});

test('a reader gets the log as it grows, with characters whole, and then the end', async () => {
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  const news = createNews();
  const bytes = Buffer.from('na\u00efve\n');
  const [first, second] = [
    chunkOf(bytes.subarray(0, 3)),
    chunkOf(bytes.subarray(3), chunkOf(bytes.subarray(0, 3))),
  ];
  const events: LogEvent[] = [];
  const following = collect(jobId, null, events, news);
  for (const chunk of [first, second]) {
    await appendLogChunks(farm.db, { jobId, attempt: 1 }, [chunk], null);
    news.hear({ channel: 'crafting_log', id: jobId, attempt: 1 });
  }
  await finishAttempt(farm.db, passed(jobId));
  news.hear({ channel: 'crafting_job', id: jobId, attempt: 1 });
  await following;
  expect(textOf(events)).toBe('na\u00efve\n');
  expect(events.at(-1)).toMatchObject({ kind: 'end', job: { status: 'passed' } });
});

test('a reader that resumes after any event gets exactly the rest', async () => {
  const jobId = await jobWithLog(chunksOf('na', Buffer.from([0xc3]), Buffer.from([0xaf]), 've\n'));
  await finishAttempt(farm.db, passed(jobId));
  const whole = await follow(jobId, null);
  for (const [index, event] of whole.entries()) {
    if (event.kind !== 'log') continue;
    const rest = await follow(jobId, event.position);
    expect(textOf(whole.slice(0, index + 1)) + textOf(rest)).toBe('na\u00efve\n');
  }
});

test('a character that a gap cut in two is not continued by what follows the gap', async () => {
  const head = chunkOf(Buffer.from([0x61, 0xc3]));
  const tail = { ...chunkOf(Buffer.from([0xa9, 0x62])), seq: 5, byte_offset: 10 };
  const jobId = await jobWithLog([head, tail]);
  await finishAttempt(farm.db, passed(jobId));
  const events = await follow(jobId, null);
  expect(events.map((event) => (event.kind === 'log' ? event.bytes.toString() : event.kind))).toEqual([
    'a',
    '\u{FFFD}',
    'gap',
    '\u{FFFD}b',
    'end',
  ]);
  expect(events[2]).toMatchObject({ bytes: 8, position: { attempt: 1, offset: 10 } });
});

test('a reader is led from one attempt to the next, unless it asked for one', async () => {
  const jobId = await jobWithLog(chunksOf('first\n'));
  await returnAttempt(farm.db, { jobId, attempt: 1, detail: 'draining' });
  await claim(farm.db, jobId);
  await appendLogChunks(farm.db, { jobId, attempt: 2 }, chunksOf('second\n'), null);
  await finishAttempt(farm.db, passed(jobId, { attempt: 2 }));
  const all = await follow(jobId, { attempt: 1, offset: 0 });
  expect(all.map((event) => (event.kind === 'log' ? event.bytes.toString() : event.kind))).toEqual([
    'first\n',
    'attempt',
    'second\n',
    'end',
  ]);
  expect(textOf(await follow(jobId, null, 1))).toBe('first\n');
  expect(textOf(await follow(jobId, null))).toBe('second\n');
});

async function jobWithLog(chunks: LogChunk[]): Promise<string> {
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  await appendLogChunks(farm.db, { jobId, attempt: 1 }, chunks, null);
  return jobId;
}

/** 100 bytes were printed between and with these, of which 95 are not kept. */
function withGap(): LogChunk[] {
  return [chunkOf('head\n'), { ...chunkOf('tail\n'), seq: 7, byte_offset: 100, line_offset: 20 }];
}

async function read(
  jobId: string,
  query: Parameters<typeof readLog>[3],
  range: Parameters<typeof readLog>[4] = null,
): Promise<string> {
  const log = await readLog(farm.db, ALICE, jobId, query, range);
  if (isRefusal(log)) throw new Error(log.refused);
  return Buffer.concat(await Array.fromAsync(log.pieces)).toString();
}

async function follow(
  jobId: string,
  from: LogPosition | null,
  attempt: number | null = null,
): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  await collect(jobId, from, events, createNews(), attempt);
  return events;
}

async function collect(
  jobId: string,
  from: LogPosition | null,
  events: LogEvent[],
  news: ReturnType<typeof createNews>,
  attempt: number | null = null,
): Promise<void> {
  const followed = await followLog(farm.db, ALICE, jobId, { from, attempt, news, signal: never });
  if (isRefusal(followed)) throw new Error(followed.refused);
  for await (const event of followed) events.push(event);
}

function textOf(events: LogEvent[]): string {
  return events.map((event) => (event.kind === 'log' ? event.bytes.toString() : '')).join('');
}
