// What belongs to somebody else is what does not exist: in every verb, byte for byte, and in the time it takes to say so.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ROUTES, type Route, type RouteName } from '@crafting-table/contracts/routes';
import { ask, type Answer, type Question } from './ask.ts';
import { compareTimes, type Contestant } from './compare-times.ts';
import { ended, projectBody, queueJob, register } from './farm-calls.ts';
import { BACKENDS, startFarm, type FarmUnderTest, type Member } from './farm-under-test.ts';
import { makeRepository, type Repository } from './git-fixture.ts';

const VERBS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const ROUTE_LIST: [RouteName, Route][] = Object.entries(ROUTES) as [RouteName, Route][]; // Its keys are the names.
const PATHS = [...new Set(Object.values(ROUTES).map(({ path }) => path))].filter(
  (path) => /\{(name|id)\}/.test(path), // The lists of a day are in the tests of lists.
);
/** As long as each other: only whose it is shall differ. */
const [FOREIGN, MISSING, MISSING_TOO] = ['anns', 'nope', 'none'];

let farm: FarmUnderTest;
let repository: Repository;
let mallory: Member;
let jobOfAnn: string;
beforeAll(async () => {
  repository = await makeRepository();
  farm = await startFarm({ backend: BACKENDS[0]! });
  const ann = await farm.mint(FOREIGN!);
  mallory = await farm.mint('mallory');
  await register(ann.client, FOREIGN!, repository.url, { test: `echo 'src/a.c:3:5: error: boom'; seq 5000` });
  jobOfAnn = await queueJob(ann.client, FOREIGN!);
  await ended(ann.client, jobOfAnn);
});
afterAll(async () => {
  await farm[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
});
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(farm.logTails())));

describe('byte for byte', () => {
  test.for(VERBS.flatMap((verb) => PATHS.map((path) => [verb, path] as const)))(
    '%s %s',
    async ([verb, path]) => {
      const compare = async ({ query, headers, body }: Variant) => {
        const question: Question = { method: verb, bearer: mallory.bearer, headers };
        if (!['GET', 'HEAD'].includes(verb) && body !== undefined) question.body = body;
        const foreign = await ask(farm.baseUrl, fill(path, FOREIGN!, jobOfAnn) + query, question);
        const missing = await ask(farm.baseUrl, fill(path, MISSING!, missingId()) + query, question);
        expect(foreign.status).toBeGreaterThanOrEqual(verb === 'OPTIONS' ? 200 : 400);
        expect(shown(foreign)).toEqual(shown(missing));
      };
      await Promise.all(variants().map(compare));
    },
  );

  test.for([
    ['a project', () => [`/jobs?project=${FOREIGN}`, `/jobs?project=${MISSING}`]],
    [
      'a project and a state',
      () => [`/jobs?project=${FOREIGN}&status=passed`, `/jobs?project=${MISSING}&status=passed`],
    ],
    [
      'a place in the list',
      () => [`/jobs?cursor=${cursorAt(jobOfAnn)}`, `/jobs?cursor=${cursorAt(missingId())}`],
    ],
  ] as const)('a list of jobs by %s', async ([, paths]) => {
    const [foreign, missing] = await Promise.all(paths().map((path) => ask(farm.baseUrl, path, mallory)));
    expect(foreign!.status).toBe(200);
    expect(shown(foreign!)).toEqual(shown(missing!));
  });
});

describe('in time', () => {
  const owned = ROUTE_LIST.filter(([, { access }]) => access === 'owner');

  test.for(owned)('%s', async ([, route]) => {
    const body = fittingBody(route);
    const contestant =
      (name: string, id: () => string): Contestant =>
      async () => {
        const question = {
          method: route.method.toUpperCase(),
          bearer: mallory.bearer,
          ...(body !== undefined && { body }),
        };
        expect((await ask(farm.baseUrl, fill(route.path, name, id()), question)).status).toBe(404);
      };
    const told = await compareTimes({
      one: contestant(FOREIGN!, () => jobOfAnn),
      other: contestant(MISSING!, missingId),
      control: contestant(MISSING_TOO!, missingId),
    });
    expect(told).toMatchObject({ isEqual: true });
  });
});

type Variant = { query: string; headers: Record<string, string>; body?: unknown };

/** Everything that a route looks at before or after it looks whose the thing is. */
function variants(): Variant[] {
  const plain = { query: '', headers: {} };
  const bodies = [
    {},
    { recipe: 'test' },
    { recipe: 'audit', subproject: 'nowhere' },
    { name: 'other' },
    'no json',
  ];
  const project = projectBody('unused', repository.url, { test: 'true' });
  return [
    plain,
    ...[...bodies, project, { ...project, git_url: 'nonsense' }].map((body) => ({ ...plain, body })),
    ...[
      '?attempt=1',
      '?attempt=2',
      '?limit=1',
      '?offset=3',
      '?offset=99999999',
      '?cursor=x',
      '?unknown=1',
    ].map((query) => ({ ...plain, query })),
    { ...plain, headers: { range: 'bytes=0-3' } },
    { ...plain, headers: { range: 'bytes=99999999-' } },
    { ...plain, headers: { 'last-event-id': '1.3' } },
    { ...plain, headers: { 'idempotency-key': 'same' }, body: { recipe: 'test' } },
    { ...plain, headers: { accept: 'text/event-stream' } },
  ];
}

function fittingBody(route: Route): unknown {
  const bodies = [
    projectBody('unused', repository.url, { test: 'true' }),
    { recipe: 'test' },
    { reason: 'known' },
    {},
  ];
  return route.body && bodies.find((body) => route.body?.safeParse(body).success);
}

function fill(path: string, name: string, id: string): string {
  return path.replace('{name}', name).replace('{id}', id).replace('{date}', '2026-05-05');
}

/** Of the same kind as those of the farm, with a time of its own in front. */
function missingId(): string {
  return jobOfAnn.slice(0, 14) + '7' + randomUUID().slice(15);
}

function cursorAt(id: string): string {
  return Buffer.from(`jobs:${id}`).toString('base64url');
}

function shown({ status, headers, text }: Answer): unknown {
  return { status, text, headers: [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name)) };
}
