import type { JobBody } from '@crafting-table/contracts/job';
import type { Subproject } from '@crafting-table/contracts/project';
import { addProject, openFarmDatabase } from '@crafting-table/database/stand-ins/farm-rows';
import type { Database } from '@crafting-table/database/connect';
import { expect, test } from 'vitest';
import { createJobs } from './create-jobs.ts';

const ALICE = { tokenId: 't', name: 'alice', isAdmin: false };
const SUBPROJECTS: Subproject[] = [
  { path: 'server', language: 'c', build: 'make', test: 'make test', timeout_secs: 99, env: { CI: '1' } },
  { path: 'docs', language: 'md', lint: 'lint' },
];

test('a recipe of one subproject is one job, with the recipe as it is now', async () => {
  await using farm = await openFarmDatabase();
  const answer = await ask(farm.db, { recipe: 'test', subproject: 'server', timeout_secs: 7 });
  expect(answer).toMatchObject({ status: 'queued', recipe: 'test', subproject: 'server' });
  const [job] = await farm.db.selectFrom('jobs').selectAll().execute();
  expect(job).toMatchObject({
    owner: 'alice',
    ref: 'main',
    sha: null,
    recipe_snapshot: { command: 'make test', timeout_secs: 7, env: { CI: '1' }, retry_on: [] },
  });
});

test('all means every declared recipe of every subproject, in their order', async () => {
  await using farm = await openFarmDatabase();
  expect(await ask(farm.db, { recipe: 'all' })).toMatchObject({
    jobs: [
      { recipe: 'build', subproject: 'server' },
      { recipe: 'test', subproject: 'server' },
      { recipe: 'lint', subproject: 'docs' },
    ],
  });
});

test('without a subproject those that declare the recipe are meant, and the answer is a list', async () => {
  await using farm = await openFarmDatabase();
  expect(await ask(farm.db, { recipe: 'lint' })).toMatchObject({
    jobs: [{ recipe: 'lint', subproject: 'docs' }],
  });
});

test.each([
  [
    'an unknown subproject',
    { recipe: 'test', subproject: 'attic' },
    'subproject_unknown',
    /it has: server, docs/,
  ],
  [
    'an undeclared recipe',
    { recipe: 'audit' },
    'recipe_not_declared',
    /No subproject declares a audit|an audit/,
  ],
  [
    'one undeclared there',
    { recipe: 'test', subproject: 'docs' },
    'recipe_not_declared',
    /docs does not declare/,
  ],
] as const)('%s is refused and queues nothing', async (_what, body, refused, detail) => {
  await using farm = await openFarmDatabase();
  const answer = await ask(farm.db, body);
  expect(answer).toEqual({ refused, detail: expect.stringMatching(detail) });
  expect(await farm.db.selectFrom('jobs').select('id').execute()).toEqual([]);
});

test('the project of somebody else is not there', async () => {
  await using farm = await openFarmDatabase();
  const answer = await ask(farm.db, { recipe: 'test' }, { ...ALICE, name: 'bob' });
  expect(answer).toEqual({ refused: 'not_found' });
});

test('the same request with the same key is answered with the same job', async () => {
  await using farm = await openFarmDatabase();
  await addProject(farm.db, { name: 'attic', subprojects: SUBPROJECTS });
  const request = { caller: ALICE, project: 'attic', idempotencyKey: 'k', defaultTimeoutSecs: 60 };
  const body = { recipe: 'test', subproject: 'server', priority: 50 } as const;
  const dispatched: unknown[] = [];
  const dispatcher = {
    dispatch: (jobs: unknown) => void dispatched.push(jobs),
    async [Symbol.asyncDispose]() {},
  };
  const first = await createJobs(farm.db, dispatcher, { ...request, body });
  expect(await createJobs(farm.db, dispatcher, { ...request, body })).toEqual(first);
  const other = { ...body, recipe: 'build' } as const;
  expect(await createJobs(farm.db, dispatcher, { ...request, body: other })).toEqual({
    refused: 'idempotency_conflict',
  });
  expect(dispatched).toHaveLength(1);
});

async function ask(db: Database, body: Omit<JobBody, 'priority'>, caller = ALICE): Promise<unknown> {
  await addProject(db, { name: 'attic', subprojects: SUBPROJECTS });
  return createJobs(
    db,
    { dispatch: () => {}, async [Symbol.asyncDispose]() {} },
    {
      caller,
      project: 'attic',
      body: { ...body, priority: 50 },
      idempotencyKey: null,
      defaultTimeoutSecs: 60,
    },
  );
}
