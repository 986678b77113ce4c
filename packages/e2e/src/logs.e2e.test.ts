// How a log is read: whole, in parts, while it grows, and again after a connection broke.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Job } from '@crafting-table/contracts/job';
import type { ServerEvent } from '@crafting-table/client/read-events';
import { ask, type Answer } from './ask.ts';
import { ended, getJob, logSays, queueJob, register } from './farm-calls.ts';
import { BACKENDS, startFarm, type FarmUnderTest } from './farm-under-test.ts';
import { makeRepository, type Repository } from './git-fixture.ts';
import { makeGate } from './make-gate.ts';
import { until } from './until.ts';

const LINES = 5_000;
const WHOLE = Array.from({ length: LINES }, (_, index) => `line ${index + 1} äöü\n`).join('');

let farm: FarmUnderTest;
let repository: Repository;
let finishedId: string;
beforeAll(async () => {
  repository = await makeRepository();
  farm = await startFarm({ backend: BACKENDS[0]!, settings: { CRAFTING_CONCURRENCY: '2' } });
  const recipe = `i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); echo "line $i äöü"; done`;
  await register(farm.client, 'printed', repository.url, { test: recipe });
  finishedId = await queueJob(farm.client, 'printed');
  await ended(farm.client, finishedId);
});
afterAll(async () => {
  await farm[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
});
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(farm.logTails())));

describe('the log of a finished job', () => {
  test('comes back byte by byte, and its sum is in the attempt', async () => {
    const { bytes } = await readLog('');
    expect(bytes.equals(Buffer.from(WHOLE))).toBe(true);
    const { attempts } = await getJob(farm.client, finishedId);
    expect(attempts[0]?.log).toMatchObject({
      bytes: bytes.length,
      lines: LINES,
      stored_sha256: createHash('sha256').update(bytes).digest('hex'),
    });
  });

  test('ends with the same 200 lines in the answer about the job', async () => {
    const { log_tail } = await getJob(farm.client, finishedId);
    expect(log_tail).toEqual(WHOLE.trimEnd().split('\n').slice(-200));
  });

  test.for([
    { query: '?offset=0', part: (all: Buffer) => all },
    { query: '?offset=7', part: (all: Buffer) => all.subarray(7) },
    { query: `?offset=${Buffer.byteLength(WHOLE)}`, part: () => Buffer.alloc(0) },
    { query: '?offset=999999999', part: () => Buffer.alloc(0) },
    { query: '?from_line=1', part: (all: Buffer) => all },
    { query: '?from_line=4999', part: (all: Buffer) => linesOf(all, 4_998, 5_000) },
    { query: '?lines=2', part: (all: Buffer) => linesOf(all, 0, 2) },
    { query: '?from_line=100&lines=3', part: (all: Buffer) => linesOf(all, 99, 102) },
    { query: '?from_line=5001', part: () => Buffer.alloc(0) },
    { query: '?attempt=2', part: () => Buffer.alloc(0) },
  ])('is cut by $query', async ({ query, part }) => {
    const { status, text } = await readLog(query);
    expect({ status, text }).toEqual({ status: 200, text: part(Buffer.from(WHOLE)).toString() });
  });

  test.for([
    { range: 'bytes=0-4', from: 0, to: 4 },
    { range: 'bytes=10-', from: 10, to: Buffer.byteLength(WHOLE) - 1 },
    { range: 'bytes=-5', from: Buffer.byteLength(WHOLE) - 5, to: Buffer.byteLength(WHOLE) - 1 },
    { range: 'bytes=5-99999999', from: 5, to: Buffer.byteLength(WHOLE) - 1 },
  ])('answers to the header Range: $range', async ({ range, from, to }) => {
    const { status, bytes, headers } = await readLog('', { range });
    expect(status).toBe(206);
    expect(headers.get('content-range')).toBe(`bytes ${from}-${to}/${Buffer.byteLength(WHOLE)}`);
    expect(bytes.equals(Buffer.from(WHOLE).subarray(from, to + 1))).toBe(true);
  });

  test('answers 416 to a range behind its end, and passes over one it cannot read', async () => {
    expect(await readLog('', { range: `bytes=${Buffer.byteLength(WHOLE)}-` })).toMatchObject({ status: 416 });
    for (const range of ['bytes=0-1,3-4', 'lines=1-2', 'bytes=5-1', 'bytes=-']) {
      expect(await readLog('', { range })).toMatchObject({ status: 200, text: WHOLE });
    }
  });

  test.for(['?offset=-1', '?from_line=0', '?lines=x', '?attempt=0', '?tail=5'])(
    'is not cut by %s',
    async (query) => {
      expect(await readLog(query)).toMatchObject({ status: 400 });
    },
  );

  test('runs through for a reader who comes late, to the end', async () => {
    const events = await collect(farm.client.followLog(finishedId));
    expect(textOf(events)).toBe(WHOLE);
    const last = events.at(-1);
    expect(last?.event).toBe('end');
    expect(jobOf(last)).toMatchObject({ id: finishedId, status: 'passed' });
  });
});

describe('the log of a running job', () => {
  test('is told from its first line while it grows, and resumed where a reader lost it', async () => {
    await using first = await makeGate();
    await using second = await makeGate();
    await register(farm.client, 'growing', repository.url, { test: `${first.recipe}; ${second.recipe}` });
    const id = await queueJob(farm.client, 'growing');
    const lost = new AbortController();
    const seen: ServerEvent[] = [];
    for await (const event of farm.client.followLog(id, { signal: lost.signal })) {
      seen.push(event);
      if (textOf(seen) === 'ready\n') first.open();
      if (textOf(seen) === 'ready\nreleased\nready\n') break; // The recipe waits: all this was told while it ran.
    }
    lost.abort();
    expect((await getJob(farm.client, id)).job.status).toBe('running');
    second.open();
    await ended(farm.client, id);
    const rest = await collect(farm.client.followLog(id, { lastEventId: seen.at(-1)!.id! }));
    expect(textOf(rest)).toBe('released\n');
    expect(rest.at(-1)?.event).toBe('end');
  });

  test('waits for a job that is still queued', async () => {
    await using gate = await makeGate();
    await register(farm.client, 'busy', repository.url, { test: gate.recipe });
    await register(farm.client, 'queued', repository.url, { test: 'echo at last' });
    const busy = await Promise.all([queueJob(farm.client, 'busy'), queueJob(farm.client, 'busy')]);
    await Promise.all(busy.map((id) => logSays(farm.client, id, 'ready')));
    const id = await queueJob(farm.client, 'queued');
    const reading = collect(farm.client.followLog(id));
    expect((await getJob(farm.client, id)).job.status).toBe('queued');
    gate.open();
    expect(textOf(await reading)).toBe('at last\n');
  });

  test('goes on with the next attempt', async () => {
    const recipe = 'echo "attempt at $(date +%s%N)"; sleep 7301';
    await register(farm.client, 'twice', repository.url, {
      test: recipe,
      timeout_secs: 1,
      retry_on: ['timeout'],
    });
    const id = await queueJob(farm.client, 'twice');
    await logSays(farm.client, id, 'attempt');
    const events = await collect(farm.client.followLog(id));
    const begun = events.filter(({ event }) => event === 'attempt').map(({ data }) => data);
    expect(begun).toEqual([{ attempt: 2 }, { attempt: 3 }]);
    expect(jobOf(events.at(-1))).toMatchObject({ attempt: 3, status: 'failed' });
    expect(textOf(events).match(/^attempt at /gm)).toHaveLength(3);
    const third = await collect(farm.client.followLog(id, { lastEventId: '3.0' }));
    expect(textOf(third).match(/^attempt at /gm)).toHaveLength(1);
  });

  test('never cuts a character in two, whatever the recipe’s pace', async () => {
    const recipe = String.raw`printf '\303'; sleep 0.4; printf '\244\360\237'; sleep 0.4; printf '\230\200 \377\n'`;
    await register(farm.client, 'characters', repository.url, { test: recipe });
    const id = await queueJob(farm.client, 'characters');
    expect(textOf(await collect(farm.client.followLog(id)))).toBe('ä😀 \ufffd\n');
    expect((await ask(farm.baseUrl, `/jobs/${id}/log`, farm)).bytes.toString('latin1')).toBe(
      '\u00c3\u00a4\u00f0\u009f\u0098\u0080 \u00ff\n',
    );
  });

  test('a reader who goes away leaves nothing behind', async () => {
    await using gate = await makeGate();
    await register(farm.client, 'left', repository.url, { test: gate.recipe });
    const id = await queueJob(farm.client, 'left');
    await logSays(farm.client, id, 'ready');
    const leaving = new AbortController();
    const readers = Array.from({ length: 20 }, async () => {
      for await (const event of farm.client.followLog(id, { signal: leaving.signal })) return event;
    });
    await Promise.all(readers);
    leaving.abort();
    gate.open();
    expect((await ended(farm.client, id)).job.status).toBe('passed');
    await until('the API still answers', async () => (await farm.client.call('getHealth')).status === 'ok');
  });
});

function readLog(query: string, headers: Record<string, string> = {}): Promise<Answer> {
  return ask(farm.baseUrl, `/jobs/${finishedId}/log${query}`, { bearer: farm.bearer, headers });
}

function linesOf(all: Buffer, from: number, to: number): Buffer {
  return Buffer.from(`${all.toString().split('\n').slice(from, to).join('\n')}\n`);
}

async function collect(events: AsyncGenerator<ServerEvent>): Promise<ServerEvent[]> {
  return Array.fromAsync(events);
}

function textOf(events: readonly ServerEvent[]): string {
  return events
    .filter(({ event }) => event === 'log')
    .map(({ data }) => (data as { text: string }).text) // The contract's form of a log event.
    .join('');
}

function jobOf(event: ServerEvent | undefined): Job {
  const { job } = (event?.data ?? {}) as { job?: unknown }; // The contract's form of an end event.
  return Job.parse(job);
}
