// What the API says to input that means harm. The values are drawn by a seed, which is printed.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Problem, PROBLEMS } from '@crafting-table/contracts/problem';
import { ask } from './ask.ts';
import { ended, projectBody, queueJob, register } from './farm-calls.ts';
import { AS_LAUNCHED, BACKENDS, startFarm, type FarmUnderTest, type Member } from './farm-under-test.ts';
import { makeRepository, type Repository } from './git-fixture.ts';
import { makeHostileRequests, type HostileRequest } from './hostile-requests.ts';
import { until } from './until.ts';

/** Put the number of a run here to see its requests again. */
const SEED = Date.now() % 2 ** 31;
const PER_OPERATION = 75;
const LANES = 6;
/** Most take 3 ms; a machine that is busy with other things may need the rest. */
const ANSWER_MS_MAX = 5_000;
/** The first round fills caches and grows the heap to its working size; growth is what comes in the rounds after it. */
const ROUNDS_MEASURED = 2;
/** Of what is left after a collection: a leak of 3 KiB for each request is seen. */
const LIVE_GROWTH_MAX = 8 * 1024 ** 2;
/** Of what the process has from the system, which V8 gives back only after a while. */
const ANONYMOUS_GROWTH_MAX = 60 * 1024 ** 2;
const DRIPPING_SENDERS = 5;
const DRIP_MS = 1_000;
/** The API cuts them off after 15 s, give or take a second; the rest is for a busy machine. */
const DRIP_CUT_OFF_MS = 25_000;
const TELLTALE =
  /node_modules|\.ts:\d|\n\s+at |file:\/\/\/|\bselect\b.*\bfrom\b|insert into|violates|relation "|invalid input syntax/i;
const SLOW_SENDERS = 30;
const AT_ONCE = 20;

let farm: FarmUnderTest;
let repository: Repository;
let ann: Member;
let mallory: Member;
let job: string;
/** The one to retry and to cancel: a stream of it may well take its time. */
let spareJob: string;
/** Under way beside all the other tests, none of which they may hold up. */
let dripping: Promise<{ received: string; tookMs: number }>[];
beforeAll(async () => {
  console.log(`hostile input: seed ${SEED}`);
  repository = await makeRepository();
  const collector = new URL('collect-on-signal.ts', import.meta.url).href;
  farm = await startFarm({
    backend: BACKENDS[0]!,
    settings: { NODE_OPTIONS: `${AS_LAUNCHED.NODE_OPTIONS} --import=${collector}` },
  });
  [ann, mallory] = [await farm.mint('ann'), await farm.mint('mallory')];
  await register(ann.client, 'anns', repository.url, { test: `echo 'src/a.c:3:5: error: boom'` });
  [job, spareJob] = [await queueJob(ann.client, 'anns'), await queueJob(ann.client, 'anns')];
  await Promise.all([job, spareJob].map((id) => ended(ann.client, id)));
  dripping = Array.from({ length: DRIPPING_SENDERS }, sendDripByDrip);
});
afterAll(async () => {
  await farm[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
});
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(`seed ${SEED}\n${farm.logTails()}`)));

test('hostile values in every place of every operation are answered, shortly and without a word too many', async () => {
  const requests = await hostileRequests();
  const faults = await playAll(requests, farm.bearer);
  const before = { live: await liveBytes(), anonymous: anonymousBytes() };
  for (let round = 0; round < ROUNDS_MEASURED; round++) {
    faults.push(...(await playAll(requests, farm.bearer)));
  }
  expect(faults).toEqual([]);
  await until(
    'memory is given back',
    async () =>
      (await liveBytes()) - before.live < LIVE_GROWTH_MAX &&
      anonymousBytes() - before.anonymous < ANONYMOUS_GROWTH_MAX,
    20_000,
  );
  const grown = [(await liveBytes()) - before.live, anonymousBytes() - before.anonymous];
  const [live, anonymous] = grown.map((bytes) => (bytes / 1024 ** 2).toFixed(1));
  const count = ROUNDS_MEASURED * requests.length;
  console.log(`hostile input: ${count} requests, ${live} MiB more in use, ${anonymous} MiB from the system`);
  expect(await farm.client.call('getHealth')).toMatchObject({
    status: 'ok',
    sweep: { invariant_violations: 0 },
  });
  expect((await ann.client.call('getJob', { params: { id: job } })).job.status).toBe('passed');
});

test.for(['findings', 'log', 'log/stream'])(
  'an attempt past every number is a fault of the query of %s',
  async (part) => {
    const answer = await ask(farm.baseUrl, `/jobs/${job}/${part}?attempt=${2 ** 31}`, farm);
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('query.attempt') });
  },
);

test.for([
  { what: 'is cut off', body: gzipSync('{"recipe":"test"}').subarray(0, -6) },
  { what: 'was never compressed', body: Buffer.from('{"recipe":"test"}') },
])('a compressed body that $what is the fault of who sent it', async ({ what, body }) => {
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
  const sent = { label: what, method: 'POST', path: '/projects/anns/jobs', headers, body };
  const agent = new Agent();
  expect(await exchange(sent, ann.bearer, agent)).toMatchObject({
    status: 400,
    text: expect.stringContaining('malformed_body'),
  });
  agent.destroy();
});

test('with the ids of somebody else nothing but a 4xx comes back', async () => {
  const requests = (await hostileRequests()).filter(({ path }) => /anns|[0-9a-f]{8}-/.test(path));
  const statuses = new Set<number>();
  const faults = await playAll(requests.slice(0, AT_ONCE * 5), mallory.bearer, (status) =>
    statuses.add(status),
  );
  expect(faults).toEqual([]);
  expect([...statuses].filter((status) => status < 400)).toEqual([]);
});

test.for([
  ['a line feed in a header', 'GET /jobs HTTP/1.1\r\nHost: a\r\nX: a\nb\r\n\r\n'],
  ['NUL in a header', 'GET /jobs HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n'],
  ['two lengths', 'POST /projects HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}'],
  [
    'a length beside chunks',
    'POST /projects HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a negative length', 'POST /projects HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n'],
  ['a huge header', `GET /jobs HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`],
  ['a path with spaces', 'GET /jobs /x HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['no host', 'GET /jobs HTTP/1.1\r\n\r\n'],
  ['no HTTP', '\u0016\u0003\u0001\u0002'],
  ['a size of a chunk that is no number', post('Transfer-Encoding: chunked', 'zz\r\n{}\r\n0\r\n\r\n')],
  ['a negative size of a chunk', post('Transfer-Encoding: chunked', '-2\r\n{}\r\n0\r\n\r\n')],
  ['a size of a chunk past every number', post('Transfer-Encoding: chunked', `${'f'.repeat(17)}\r\n{}`)],
  ['a chunk longer than its size', post('Transfer-Encoding: chunked', '1\r\n{}\r\n0\r\n\r\n')],
  ['remarks on a chunk without end', post('Transfer-Encoding: chunked', `2;${'x'.repeat(100_000)}`)],
  ['a coding of transfer that nobody knows', post('Transfer-Encoding: xchunked', '2\r\n{}\r\n0\r\n\r\n')],
  ['chunks inside of another coding', post('Transfer-Encoding: chunked, gzip', '2\r\n{}\r\n0\r\n\r\n')],
  ['a length that is a list', post('Content-Length: 2, 2', '{}')],
  ['a length with a sign', post('Content-Length: +2', '{}')],
  ['a header on two lines', 'GET /jobs HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\nNo Name: c\r\n\r\n'],
] as const)('%s is refused, and the connection closed', async ([, bytes]) => {
  const answer = await exchangeBytes(bytes);
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(answer).not.toMatch(TELLTALE);
  expect(await ask(farm.baseUrl, '/healthz')).toMatchObject({ status: 200 });
});

test.for([
  ['longer than it is', 'Content-Length: 1000', '{"recipe":"test"}'],
  ['chunked, and has no end', 'Transfer-Encoding: chunked', '11\r\n{"recipe":"test"}\r\n'],
  ['a chunk of which most is missing', 'Transfer-Encoding: chunked', 'fffff\r\n{"recipe":"test"}'],
] as const)('a body that is said to be %s makes no job', async ([, header, body]) => {
  const jobs = () => ask(farm.baseUrl, '/jobs', ann);
  const before = await jobs();
  const answer = await exchangeBytes(post(header, body, '/projects/anns/jobs'), { isEnded: true });
  expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
  expect((await jobs()).text).toBe(before.text);
});

test('what comes after the length of a body is no part of it', async () => {
  const body = '{}{"recipe":"test"}';
  const answers = await exchangeBytes(post('Content-Length: 2', body, '/projects/anns/jobs'), {
    isEnded: true,
  });
  // One for the body, and one for the next request, if the connection is not closed before.
  expect(new Set(answers.match(/HTTP\/1\.1 \d\d\d/g))).toEqual(new Set(['HTTP/1.1 400']));
});

test.for([
  ['Authorization', 'GET /admin/tokens', ['Bearer ANN', 'Bearer ADMIN'], 403],
  ['Authorization', 'GET /admin/tokens', ['Bearer nobody', 'Bearer ADMIN'], 401],
  ['Idempotency-Key', 'POST /projects/anns/jobs', ['a', 'b'], 400],
  ['Content-Type', 'POST /projects', ['text/plain', 'application/json'], 415],
  ['Range', 'GET /jobs/JOB/log', ['bytes=0-1', 'bytes=3-4'], 200],
  ['Last-Event-ID', 'GET /jobs/JOB/log/stream', ['1.5', '1.7'], 200],
] as const)('two headers %s of %s are as one of them or none, never more than the first', async (row) => {
  const [name, line, values, status] = row;
  const isPost = line.startsWith('POST');
  const others = {
    Authorization: 'Bearer ADMIN',
    ...(isPost && { 'Content-Type': 'application/json', 'Content-Length': '17' }),
  };
  const headers = [
    ...Object.entries(others).filter(([other]) => other !== name),
    ...values.map((value) => [name, value]),
  ].map(([key, value]) => `${key}: ${value}`);
  const head = [`${line} HTTP/1.1`, 'Host: farm', 'Connection: close', ...headers, '', ''].join('\r\n');
  const bytes = (head + (isPost ? '{"recipe":"test"}' : ''))
    .replaceAll('ANN', ann.bearer)
    .replaceAll('ADMIN', farm.bearer)
    .replaceAll('JOB', job);
  expect(await exchangeBytes(bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
});

test('bodies that stop half-way hold nobody up', async () => {
  const senders = await Promise.all(Array.from({ length: SLOW_SENDERS }, startSlowBody));
  for (let asked = 0; asked < AT_ONCE; asked++) {
    const startedAt = performance.now();
    expect(await ask(farm.baseUrl, '/jobs', ann)).toMatchObject({ status: 200 });
    expect(performance.now() - startedAt).toBeLessThan(ANSWER_MS_MAX);
  }
  for (const sender of senders) sender.destroy();
  expect(await ask(farm.baseUrl, '/healthz')).toMatchObject({ status: 200 });
});

test('identical requests at once make a job each, and with one Idempotency-Key a single one', async () => {
  const post = async (headers: Record<string, string>) => {
    const answer = await ask(farm.baseUrl, '/projects/anns/jobs', {
      method: 'POST',
      bearer: ann.bearer,
      body: { recipe: 'test' },
      headers,
    });
    expect(answer).toMatchObject({ status: 202 });
    return JSON.parse(answer.text).job_id;
  };
  const atOnce = (headers: Record<string, string>) =>
    Promise.all(Array.from({ length: AT_ONCE }, () => post(headers)));
  const made = new Set(await atOnce({}));
  expect(made.size).toBe(AT_ONCE);
  const once = new Set(await atOnce({ 'idempotency-key': 'hostile' }));
  expect(once.size).toBe(1);
  expect(made.isDisjointFrom(once)).toBe(true);
});

test('bodies that come a byte a second are cut off in time', async () => {
  for (const { received, tookMs } of await Promise.all(dripping)) {
    expect(received).toMatch(/^HTTP\/1\.1 408 /);
    expect(tookMs).toBeLessThan(DRIP_CUT_OFF_MS);
  }
});

/** Deletions are aimed at what does not exist: their place in the URL is what is tried. */
async function hostileRequests(): Promise<HostileRequest[]> {
  const description = JSON.parse((await ask(farm.baseUrl, '/openapi.json', farm)).text);
  const subproject = { test: 'true', env: { A: 'b' }, retry_on: ['timeout' as const] };
  const registration = { ...projectBody('hostile', repository.url, subproject), languages: ['c'] };
  const fitting = {
    bodies: {
      registerProject: registration,
      replaceProject: { ...registration, name: 'anns' },
      createJob: { recipe: 'test' },
      mintToken: { name: 'hostile', ip_cidrs: ['10.0.0.0/8'] },
      cancelJob: { reason: 'why not' },
      suppressFinding: { reason: 'why not' },
    },
    pathValue: (operation: string, parameter: string) => {
      if (/^(remove|revoke)/.test(operation)) return 'nobodys';
      if (parameter === 'name') return 'anns';
      if (parameter === 'fingerprint') return '0'.repeat(32);
      return /^(retry|cancel)/.test(operation) ? spareJob : job;
    },
  };
  return makeHostileRequests(description, fitting, { seed: SEED, perOperation: PER_OPERATION });
}

/** Sends them over a few connections and gives back what was wrong with their answers. */
async function playAll(
  requests: readonly HostileRequest[],
  bearer: string,
  onStatus: (status: number) => void = () => {},
): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: LANES });
  const faults: string[] = [];
  const waiting = requests.values();
  const lane = async () => {
    for (const each of waiting) {
      const answer = await exchange(each, bearer, agent).catch((error: Error) => error);
      if (!(answer instanceof Error)) onStatus(answer.status);
      const fault = answer instanceof Error ? `no answer: ${answer.message}` : faultOf(answer);
      if (fault !== null) faults.push(`${each.label}: ${fault}`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  agent.destroy();
  return faults;
}

type Reply = { status: number; type: string; isInjected: boolean; text: string; tookMs: number };

async function exchange(each: HostileRequest, bearer: string, agent: Agent): Promise<Reply> {
  const startedAt = performance.now();
  const { method, path, body } = each;
  const headers = {
    authorization: `Bearer ${bearer}`,
    ...each.headers,
    ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
  };
  const { hostname, port } = new URL(farm.baseUrl);
  const signal = AbortSignal.timeout(2 * ANSWER_MS_MAX);
  const sent = request({ hostname, port, method, path, headers, agent, signal });
  sent.end(body);
  const [response] = await once(sent, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: response.statusCode,
    type: response.headers['content-type'] ?? '',
    isInjected: 'x-injected' in response.headers,
    text: Buffer.concat(chunks).toString(),
    tookMs: performance.now() - startedAt,
  };
}

function faultOf({ status, type, isInjected, text, tookMs }: Reply): string | null {
  if (tookMs > ANSWER_MS_MAX) return `took ${Math.round(tookMs)} ms`;
  if (isInjected) return 'a header was injected';
  if (status < 400) return null;
  if (status >= 500) return `status ${status}`;
  if (!type.startsWith('application/problem+json')) return `status ${status} of the type ${type}`;
  const problem = Problem.safeParse(JSON.parse(text));
  if (!problem.success || PROBLEMS[problem.data.code].status !== status) return `no known problem: ${text}`;
  return TELLTALE.test(text) ? `tells too much: ${text.slice(0, 500)}` : null;
}

/** What the API keeps when its garbage is collected. */
async function liveBytes(): Promise<number> {
  const told = () => [...farm.api.log().matchAll(/"msg":"collected","live":(\d+)/g)];
  const before = told().length;
  await farm.api.kill('SIGUSR2');
  return Number(await until('the garbage is collected', () => told()[before]?.[1]));
}

/** What the process has of its own: the files it has mapped are not counted. */
function anonymousBytes(): number {
  const kilobytes = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${farm.api.pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

/** Everything that comes back until the server closes the connection. */
async function exchangeBytes(bytes: string, { isEnded = false } = {}): Promise<string> {
  const { hostname, port } = new URL(farm.baseUrl);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {}); // A reset after the answer says the same as an end.
  socket.setTimeout(ANSWER_MS_MAX, () => socket.destroy());
  let received = '';
  socket.on('data', (chunk) => (received += chunk.toString('latin1')));
  const complete = bytes.replaceAll('THE_BEARER', ann.bearer);
  if (isEnded) socket.end(complete);
  else socket.write(complete);
  await new Promise((resolve) => socket.once('close', resolve));
  return received;
}

/** The bytes of a request that somebody with a bearer sends; how its body is framed is what is tried. */
function post(framing: string, body: string, path = '/projects'): string {
  const head = [`POST ${path} HTTP/1.1`, 'Host: farm', 'Authorization: Bearer THE_BEARER'];
  return [...head, 'Content-Type: application/json', framing, '', body].join('\r\n');
}

/** Goes on until it is cut off. */
async function sendDripByDrip(): Promise<{ received: string; tookMs: number }> {
  const startedAt = performance.now();
  const socket = await startSlowBody();
  let received = '';
  socket.on('data', (chunk) => (received += chunk.toString('latin1')));
  const timer = setInterval(() => socket.write('x'), DRIP_MS);
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(timer);
  return { received, tookMs: performance.now() - startedAt };
}

/** A request with a right and a long body, of which one byte after another comes, and then no more. */
async function startSlowBody() {
  const { hostname, port } = new URL(farm.baseUrl);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {}); // It is destroyed in the end.
  await once(socket, 'connect');
  socket.setNoDelay();
  const head = ['POST /projects HTTP/1.1', 'Host: farm', `Authorization: Bearer ${ann.bearer}`];
  socket.write([...head, 'Content-Type: application/json', 'Content-Length: 1000', '', ''].join('\r\n'));
  for (const byte of '{"name":') {
    await new Promise((resolve) => socket.write(byte, resolve));
  }
  return socket;
}
