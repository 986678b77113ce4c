// What the API says to callers who may, to callers who may not, and to requests that are wrong.
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Problem } from '@crafting-table/contracts/problem';
import { ROUTES, type Route, type RouteName } from '@crafting-table/contracts/routes';
import { createClient } from '@crafting-table/client/create-client';
import { ask, type Answer, type Question } from './ask.ts';
import { ended, projectBody, queueJob, register } from './farm-calls.ts';
import { BACKENDS, startFarm, type FarmUnderTest, type Member } from './farm-under-test.ts';
import { makeRepository, type Repository } from './git-fixture.ts';
import { until } from './until.ts';

/** The API was started from here. */
const ROOT = join(import.meta.dirname, '../../..');
const MISSING_JOB = '01890000-0000-7000-8000-000000000000';
const ROUTE_LIST: [RouteName, Route][] = Object.entries(ROUTES) as [RouteName, Route][]; // Its keys are the names.
const BODY_BYTES_TOO_MANY = 3 * 1024 ** 2;

let farm: FarmUnderTest;
let repository: Repository;
let ann: Member;
let bob: Member;
let jobOfAnn: string;
beforeAll(async () => {
  repository = await makeRepository();
  farm = await startFarm({ backend: BACKENDS[0]! });
  [ann, bob] = [await farm.mint('ann'), await farm.mint('bob')];
  await register(ann.client, 'anns', repository.url, { test: `echo 'src/a.c:3:5: error: boom'` });
  jobOfAnn = await queueJob(ann.client, 'anns');
  await ended(ann.client, jobOfAnn);
});
afterAll(async () => {
  await farm[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
});
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(farm.logTails())));

describe('what belongs to somebody else', () => {
  const ownerRoutes = ROUTE_LIST.filter(([, route]) => route.access === 'owner');

  test.for(ownerRoutes)('is to %s byte for byte what does not exist', async ([, route]) => {
    const question = { method: route.method, bearer: bob.bearer, ...bodyFor(route) };
    const foreign = await call(pathOf(route, { name: 'anns', id: jobOfAnn }), question);
    const missing = await call(pathOf(route, { name: 'nobodys', id: MISSING_JOB }), question);
    expect(foreign.status).toBe(404);
    expect(foreign.text).toBe(missing.text);
    expect(headersOf(foreign)).toEqual(headersOf(missing));
  });

  test('is in no list', async () => {
    expect(await bob.client.call('listProjects')).toEqual({ projects: [] });
    expect(await bob.client.call('listJobs')).toEqual({ jobs: [], next_cursor: null });
    expect((await bob.client.call('listJobs', { query: { project: 'anns' } })).jobs).toEqual([]);
  });

  test('is seen by its owner and by an admin', async () => {
    for (const member of [ann, farm]) {
      expect((await member.client.call('listProjects')).projects.map(({ name }) => name)).toContain('anns');
      expect((await member.client.call('getJob', { params: { id: jobOfAnn } })).job.project).toBe('anns');
      expect((await member.client.call('listFindings', { params: { id: jobOfAnn } })).findings).toHaveLength(
        1,
      );
    }
  });
});

describe('a request without a right', () => {
  const closed = ROUTE_LIST.filter(([, route]) => route.access !== 'lan');

  test.for(closed)('to %s is answered 401', async ([, route]) => {
    const path = pathOf(route, { name: 'anns', id: jobOfAnn });
    for (const bearer of [undefined, 'craft_wrong', 'x'.repeat(300)]) {
      const answer = await call(path, { method: route.method, ...bodyFor(route), ...(bearer && { bearer }) });
      expect(answer).toMatchObject({ status: 401 });
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(Problem.parse(JSON.parse(answer.text)).code).toBe('unauthorized');
    }
  });

  test.for(ROUTE_LIST.filter(([, route]) => route.access === 'admin'))(
    'to %s of no admin is answered 403',
    async ([, route]) => {
      const path = pathOf(route, { name: 'bob', id: jobOfAnn });
      expect(await call(path, { method: route.method, bearer: ann.bearer, ...bodyFor(route) })).toMatchObject(
        { status: 403 },
      );
    },
  );

  test('is answered where none is needed, and does not learn which paths exist', async () => {
    expect(await call('/healthz')).toMatchObject({ status: 200 });
    expect(await call('/no/such/path')).toMatchObject({ status: 401 });
    expect(await call('/no/such/path', { bearer: ann.bearer })).toMatchObject({ status: 404 });
  });
});

describe('tokens', () => {
  test('work from the moment they are minted until they are revoked', async () => {
    const carl = await farm.mint('carl');
    await expect(farm.mint('carl')).rejects.toMatchObject({ problem: { code: 'name_taken' } });
    await register(carl.client, 'carls', repository.url, { test: 'true' });
    await farm.client.call('revokeToken', { params: { name: 'carl' } });
    await expect(carl.client.call('listProjects')).rejects.toMatchObject({
      problem: { code: 'unauthorized' },
    });
    const successor = await farm.mint('carl');
    expect((await successor.client.call('listProjects')).projects.map(({ name }) => name)).toEqual(['carls']);
  });

  test('stop when they expire', async () => {
    const body = { name: 'dora', expires_at: new Date(Date.now() + 1_000).toISOString() };
    const { bearer } = await farm.client.call('mintToken', { body });
    expect(await call('/projects', { bearer })).toMatchObject({ status: 200 });
    await until('the token expired', async () => (await call('/projects', { bearer })).status === 401, 5_000);
  });

  test('work from their own networks only', async () => {
    const bearerFrom = async (name: string, cidr: string) =>
      (await farm.client.call('mintToken', { body: { name, ip_cidrs: [cidr] } })).bearer;
    expect(await call('/projects', { bearer: await bearerFrom('far', '10.11.12.0/24') })).toMatchObject({
      status: 401,
    });
    expect(await call('/projects', { bearer: await bearerFrom('near', '127.0.0.0/8') })).toMatchObject({
      status: 200,
    });
  });

  test('are listed without their bearers, and every deed of an admin is in the audit log', async () => {
    await farm.mint('erin');
    await farm.client.call('revokeToken', { params: { name: 'erin' } });
    const list = await call('/admin/tokens', farm);
    expect(list.text).toContain('"ann"');
    expect(list.text).not.toContain('erin');
    expect(list.text + (await call('/admin/audit', farm)).text).not.toMatch(/craft_|bearer"/);
    const { entries } = await farm.client.call('listAudit', { query: { limit: 2 } });
    expect(entries).toMatchObject([
      { actor: 'admin', action: 'token.revoke', subject: 'erin' },
      { actor: 'admin', action: 'token.mint', subject: 'erin' },
    ]);
  });

  test('of the audit log’s pages join without a gap', async () => {
    const whole = (await farm.client.call('listAudit', { query: { limit: 500 } })).entries;
    const ids: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await farm.client.call('listAudit', { query: { limit: 2, ...(cursor && { cursor }) } });
      ids.push(...page.entries.map(({ id }) => id));
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    expect(ids).toEqual(whole.map(({ id }) => id));
  });
});

describe('a request that is wrong', () => {
  const valid = () => projectBody('unused', repository.url, { test: 'true' });

  test.for([
    { what: 'an unknown field', body: () => ({ ...valid(), branch: 'x' }), path: 'body.branch' },
    {
      what: 'an unknown field of a subproject',
      body: () => ({ ...valid(), subprojects: [{ path: '.', language: 'c', tests: 'true' }] }),
      path: 'body.subprojects.0.tests',
    },
    {
      what: 'a path upwards',
      body: () => ({ ...valid(), subprojects: [{ path: '../x', language: 'c' }] }),
      path: 'body.subprojects.0.path',
    },
    {
      what: 'two subprojects at one place',
      body: () => ({ ...valid(), subprojects: [valid().subprojects[0], { path: './', language: 'c' }] }),
      path: 'body.subprojects.1.path',
    },
    { what: 'a wrong type', body: () => ({ ...valid(), default_branch: 7 }), path: 'body.default_branch' },
    {
      what: 'a variable of the farm',
      body: () => projectBody('unused', repository.url, { env: { CRAFTING_X: '1' } }),
      path: 'body.subprojects.0.env.CRAFTING_X',
    },
    { what: 'no subproject', body: () => ({ ...valid(), subprojects: [] }), path: 'body.subprojects' },
    { what: 'no name', body: () => ({ ...valid(), name: undefined }), path: 'body.name' },
    { what: 'a name with a slash', body: () => ({ ...valid(), name: 'a/b' }), path: 'body.name' },
    { what: 'a list for a body', body: () => [], path: 'body' },
  ])('because of $what is answered 400 and told where', async ({ body, path }) => {
    const problem = await problemOf('/projects', { method: 'POST', body: body() });
    expect(problem).toMatchObject({ status: 400, code: 'invalid_input' });
    expect(problem.faults?.map((fault) => fault.path)).toContain(path);
  });

  test.for([
    { body: { recipe: 'deploy' }, path: 'body.recipe' },
    { body: { recipe: 'test', ref: 'a..b' }, path: 'body.ref' },
    { body: { recipe: 'test', ref: '-x' }, path: 'body.ref' },
    { body: { recipe: 'test', sha: 'abc' }, path: 'body.sha' },
    { body: { recipe: 'test', ref: 'main', sha: 'a'.repeat(40) }, path: 'body.sha' },
    { body: { recipe: 'test', priority: 0 }, path: 'body.priority' },
    { body: { recipe: 'test', timeout_secs: 86_401 }, path: 'body.timeout_secs' },
    { body: { recipe: 'test', command: 'true' }, path: 'body.command' },
  ])('for a job, like $body, is answered 400', async ({ body, path }) => {
    const problem = await problemOf('/projects/anns/jobs', { method: 'POST', body });
    expect(problem.faults?.map((fault) => fault.path)).toEqual([path]);
  });

  test.for([
    { path: '/jobs?limit=0', at: 'query.limit' },
    { path: '/jobs?limit=201', at: 'query.limit' },
    { path: '/jobs?state=queued', at: 'query.state' },
    { path: '/jobs?status=done', at: 'query.status' },
    { path: '/projects?all=1', at: 'query.all' },
  ])('with the query of $path is answered 400', async ({ path, at }) => {
    const problem = await problemOf(path);
    expect(problem).toMatchObject({ status: 400, code: 'invalid_input', faults: [{ path: at }] });
  });

  test.for(['/jobs?cursor=x', '/admin/audit?cursor=am9iczp4', '/jobs?cursor=YXVkaXQ6MQ', 'findings'])(
    'with a cursor of another list is answered 400: %s',
    async (path) => {
      const real = path === 'findings' ? `/jobs/${jobOfAnn}/findings?cursor=YXVkaXQ6MQ` : path;
      expect(await problemOf(real)).toMatchObject({ status: 400, code: 'invalid_cursor' });
    },
  );

  test('with too large a body is answered 413', async () => {
    const body = { ...valid(), git_url: 'x'.repeat(BODY_BYTES_TOO_MANY) };
    expect(await problemOf('/projects', { method: 'POST', body })).toMatchObject({
      status: 413,
      code: 'body_too_large',
    });
  });

  test.for(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx'])(
    'of the type %s is answered 415',
    async (type) => {
      const question = { method: 'POST', body: '{}', headers: { 'content-type': type } };
      expect(await problemOf('/projects', question)).toMatchObject({
        status: 415,
        code: 'unsupported_media_type',
      });
    },
  );

  test.for(['{', '', '{"name":}', '\u0000'])('with the body %j is answered 400', async (body) => {
    expect(await problemOf('/projects', { method: 'POST', body })).toMatchObject({ status: 400 });
  });

  test.for([
    ['PATCH', '/projects', 'POST, GET'],
    ['DELETE', '/jobs', 'GET'],
    ['POST', '/healthz', 'GET'],
    ['PUT', '/admin/tokens', 'POST, GET'],
  ] as const)('%s %s is answered 405 with what is allowed', async ([method, path, allowed]) => {
    const answer = await call(path, { method, bearer: farm.bearer });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe(allowed);
  });

  test.for([
    '/jobs/not-a-uuid',
    '/projects/a%2Fb',
    '/projects/%ff',
    `/jobs/${MISSING_JOB}/nothing`,
    '/projects/..%2f..%2fetc',
  ])('for %s is answered 404', async (path) => {
    expect(await problemOf(path)).toMatchObject({ status: 404, code: 'not_found' });
  });

  test('never shows where in the farm it failed', async () => {
    const answers = [
      await call('/projects', { method: 'POST', bearer: farm.bearer, body: '{' }),
      await call(`/jobs/${MISSING_JOB}`, farm),
      await call('/projects/%ff', farm),
    ];
    for (const { text } of answers) {
      expect(text).not.toMatch(/node_modules|\.ts\b|at \w+ \(|select /);
      expect(text).not.toContain(ROOT);
    }
  });
});

describe('a project', () => {
  test('has a name that nobody else has', async () => {
    const other = register(bob.client, 'anns', repository.url, { test: 'true' });
    await expect(other).rejects.toMatchObject({ problem: { code: 'name_taken' } });
  });

  test.for([
    'ext::sh -c true',
    '--upload-pack=x',
    'ftp://git.test/a',
    'relative/path',
    'https://git.test/a\nb',
  ])('cannot have the git URL %j', async (gitUrl) => {
    await expect(register(ann.client, 'odd', gitUrl, { test: 'true' })).rejects.toMatchObject({
      problem: { code: 'git_url_refused', status: 400 },
    });
  });

  test('cannot have a file: URL where the farm does not allow them', async () => {
    await using strict = await startFarm({
      backend: 'postgres',
      workers: 0,
      settings: { CRAFTING_FILE_REMOTES: '0' },
    });
    const refused = register(strict.client, 'local', repository.url, { test: 'true' });
    await expect(refused).rejects.toMatchObject({ problem: { code: 'git_url_refused' } });
  });
});

describe('an Idempotency-Key', () => {
  const post = (key: string, body: object, member: Member = ann) =>
    call('/projects/anns/jobs', {
      method: 'POST',
      bearer: member.bearer,
      body,
      headers: { 'idempotency-key': key },
    });

  test('makes one job of many identical requests at once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => post('same', { recipe: 'test' })));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    expect(new Set(answers.map(({ text }) => JSON.parse(text).job_id)).size).toBe(1);
    expect((await ann.client.call('listJobs', { query: { project: 'anns' } })).jobs).toHaveLength(2);
  });

  test('of another request is refused with 409', async () => {
    expect(await post('other', { recipe: 'test' })).toMatchObject({ status: 202 });
    const again = await post('other', { recipe: 'test', priority: 7 });
    expect(again.status).toBe(409);
    expect(JSON.parse(again.text).code).toBe('idempotency_conflict');
  });

  test('is another caller’s own', async () => {
    const [byAnn, byAdmin] = [
      await post('mine', { recipe: 'test' }),
      await post('mine', { recipe: 'test' }, farm),
    ];
    expect(byAdmin.status).toBe(202);
    expect(byAdmin.text).not.toBe(byAnn.text);
  });

  test.for(['', 'with space', 'x'.repeat(201)])('like %j is refused with 400', async (key) => {
    expect(await post(key, { recipe: 'test' })).toMatchObject({ status: 400 });
  });
});

describe('a list of jobs', () => {
  test('comes in pages that join without a gap, newest first', async () => {
    await register(ann.client, 'paged', repository.url, { test: 'true' });
    const made: string[] = [];
    for (let count = 0; count < 5; count++) made.push(await queueJob(ann.client, 'paged'));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { project: 'paged', limit: 2, ...(cursor && { cursor }) };
      const page = await ann.client.call('listJobs', { query });
      seen.push(...page.jobs.map(({ id }) => id));
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(made.toReversed());
  });
});

describe('the description of the API', () => {
  test('is an OpenAPI 3.1 document of every route of the table', async () => {
    const document = JSON.parse((await call('/openapi.json', ann)).text);
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
    const described = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(described.toSorted()).toEqual(
      ROUTE_LIST.map(([, { method, path }]) => `${method} ${path}`).toSorted(),
    );
    for (const [name, route] of ROUTE_LIST) {
      const operation = document.paths[route.path][route.method];
      expect(operation.operationId).toBe(name);
      expect(Object.keys(operation.responses)).toContain(String(route.status));
      const inPath = operation.parameters.filter((parameter: { in: string }) => parameter.in === 'path');
      expect(inPath.map((parameter: { name: string }) => `{${parameter.name}}`)).toEqual(
        route.path.match(/\{\w+\}/g) ?? [],
      );
      expect(operation.requestBody !== undefined).toBe(route.body !== undefined);
    }
  });

  test('refers to nothing that is not in it', async () => {
    const { text } = await call('/openapi.json', ann);
    const document = JSON.parse(text);
    const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, pointer]) => pointer!.split('/'));
    const dangling = references.filter(
      (parts) => parts.reduce((at, part) => at?.[part], document) === undefined,
    );
    expect(references.length).toBeGreaterThan(0);
    expect(dangling).toEqual([]);
  });

  test('is a page for browsers, which shows no route without a bearer', async () => {
    const headers = { accept: 'text/html' };
    expect(await call('/docs', { headers })).toMatchObject({
      status: 401,
      text: expect.stringContaining('<html'),
    });
    expect(await call('/docs', { headers, bearer: ann.bearer })).toMatchObject({ status: 200 });
  });
});

describe('health', () => {
  test('needs no bearer and names versions, backends, workers, queue and sweep', async () => {
    const health = await createClient({ baseUrl: farm.baseUrl, bearer: 'none' }).call('getHealth');
    expect(health).toMatchObject({
      status: 'ok',
      warnings: [],
      backends: { database: 'postgres', queue: BACKENDS[0], queue_reachable: true },
      workers: [{ name: 'worker-1', draining: false, blocked: null }],
      sweep: { invariant_violations: 0 },
    });
  });

  test('names the jobs that break a rule to admins only', async () => {
    const { sweep } = await farm.client.call('getHealth');
    expect(sweep.broken_rules).toEqual([]);
    for (const bearer of ['none', ann.bearer]) {
      const told = await createClient({ baseUrl: farm.baseUrl, bearer }).call('getHealth');
      expect(told.sweep).not.toHaveProperty('broken_rules');
    }
  });
});

function call(path: string, question: Question = {}): Promise<Answer> {
  const { method, bearer, headers, body } = question;
  return ask(farm.baseUrl, path, {
    ...(method && { method: method.toUpperCase() }),
    ...(bearer && { bearer }),
    ...(headers && { headers }),
    ...(body !== undefined && { body }),
  });
}

/** Asks as an admin. */
async function problemOf(path: string, question: Question = {}): Promise<Problem> {
  const answer = await call(path, { bearer: farm.bearer, ...question });
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  return Problem.parse(JSON.parse(answer.text));
}

function pathOf(route: Route, values: { name: string; id: string }): string {
  return route.path
    .replace('{name}', values.name)
    .replace('{id}', values.id)
    .replace('{fingerprint}', '0'.repeat(32))
    .replace('{date}', '2026-05-05');
}

/** A body that fits, so that nothing but the right to ask is in question. */
function bodyFor(route: Route): { body?: unknown } {
  if (!route.body) return {};
  const bodies = [
    projectBody('unused', repository.url, { test: 'true' }),
    { recipe: 'test' },
    { name: 'unused' },
    { reason: 'unused' },
    {},
  ];
  return { body: bodies.find((body) => route.body?.safeParse(body).success) };
}

function headersOf({ headers }: Answer): [string, string][] {
  return [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name));
}
