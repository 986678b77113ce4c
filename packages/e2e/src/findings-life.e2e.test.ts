// What becomes of findings from commit to commit, asked over HTTP.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ended, getJob, queueJob, register } from './farm-calls.ts';
import { BACKENDS, startFarm, type FarmUnderTest } from './farm-under-test.ts';
import { makeRepository } from './git-fixture.ts';

/** A linter in one line: it complains about each line that holds `bad`, and ends well. */
const LINT = `grep -rn --include='*.c' bad . | sed 's/^\\.\\/\\([^:]*\\):\\([0-9]*\\):.*/\\1:\\2:1: warning: this is bad [-Wbad]/'`;

let farm: FarmUnderTest;
beforeAll(async () => void (farm = await startFarm({ backend: BACKENDS[0]! }))); // There is always one.
afterAll(() => farm[Symbol.asyncDispose]());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(farm.logTails())));

describe('a finding', () => {
  test('is the same one when its line moves, its file is renamed, and when it is gone it is fixed', async () => {
    await using repository = await makeRepository({ 'main.c': 'int a;\n' });
    await register(farm.client, 'four', repository.url, { lint: LINT });
    expect(await statesAt('four')).toEqual([]);

    repository.commit({ 'main.c': 'int a;\nint bad;\n' });
    const [introduced] = await statesAt('four');
    expect(introduced).toMatchObject({ state: 'new', place: 'main.c:2' });

    repository.commit({ 'main.c': '// one\n// two\nint a;\nint bad;\n' });
    const [shifted] = await statesAt('four');
    expect(shifted).toEqual({ ...introduced, state: 'existing', place: 'main.c:4' });

    repository.git('mv', 'main.c', 'other.c');
    repository.commit({});
    const [renamed] = await statesAt('four');
    expect(renamed).toEqual({ ...introduced, state: 'existing', place: 'other.c:4' });

    repository.commit({ 'other.c': '// one\n// two\nint a;\n' });
    expect(await statesAt('four')).toEqual([{ ...renamed, state: 'fixed' }]);

    repository.commit({ 'other.c': '// one\n// two\nint a;\nint bad;\n' });
    expect(await statesAt('four')).toEqual([{ ...renamed, state: 'reopened' }]);
  });

  test('that was there when the series began is no news', async () => {
    await using repository = await makeRepository({ 'main.c': 'int bad;\n' });
    await register(farm.client, 'first', repository.url, { lint: LINT });
    expect(await statesAt('first')).toMatchObject([{ state: 'existing' }]);
    expect(await statesAt('first')).toMatchObject([{ state: 'existing' }]);
  });

  test('stays new in another job of the same commit', async () => {
    await using repository = await makeRepository({ 'main.c': 'int a;\n' });
    await register(farm.client, 'again', repository.url, { lint: LINT });
    await statesAt('again');
    repository.commit({ 'main.c': 'int bad;\n' });
    expect(await statesAt('again')).toMatchObject([{ state: 'new' }]);
    expect(await statesAt('again')).toMatchObject([{ state: 'new' }]);
  });

  test('is unknown, not fixed, when its tool did not come to its end', async () => {
    await using repository = await makeRepository({ 'main.c': 'int bad;\n' });
    await register(farm.client, 'broken', repository.url, { lint: `test -e broken && exit 3; ${LINT}` });
    await statesAt('broken');
    repository.commit({ 'main.c': 'int a;\n', broken: '' });
    expect(await statesAt('broken')).toMatchObject([{ state: 'unknown' }]);
  });

  test('of a branch is compared with what the default branch had where the branch began', async () => {
    await using repository = await makeRepository({ 'main.c': 'int bad;\n' });
    await register(farm.client, 'branched', repository.url, { lint: LINT });
    await statesAt('branched');
    repository.git('checkout', '--quiet', '-b', 'topic');
    repository.commit({ 'main.c': 'int bad;\nint also_bad;\n' });
    expect(await statesAt('branched', 'topic')).toMatchObject([
      { state: 'existing', place: 'main.c:1' },
      { state: 'new', place: 'main.c:2' },
    ]);
  });

  test('that an older commit does not have is not fixed by it', async () => {
    await using repository = await makeRepository({ 'main.c': 'int a;\n' });
    const old = repository.git('rev-parse', 'HEAD');
    await register(farm.client, 'late', repository.url, { lint: LINT });
    repository.commit({ 'main.c': 'int bad;\n' });
    await statesAt('late');
    await run('late', { sha: old });
    expect(await statesAt('late')).toMatchObject([{ state: 'existing' }]);
  });
});

describe('a gate', () => {
  test('fails a job that would pass, and says why', async () => {
    await using repository = await makeRepository({ 'main.c': 'int a;\n' });
    await register(farm.client, 'gated', repository.url, {
      lint: LINT,
      gates: [{ metric: 'new', kinds: ['compile_warning'] }],
    });
    expect((await run('gated')).status).toBe('passed');
    repository.commit({ 'main.c': 'int bad;\n' });
    expect(await run('gated')).toMatchObject({
      status: 'failed',
      reason: 'gate',
      exit_code: 0,
      detail: expect.stringContaining('compile_warning'),
    });
  });
});

describe('a recipe that says what it runs', () => {
  test('has what its own tools print read by its own patterns', async () => {
    await using repository = await makeRepository();
    const pattern = { regexp: '^(\\S+) at line (\\d+): (.*)$', file: 1, line: 2, message: 3 };
    await register(farm.client, 'matched', repository.url, {
      lint: 'echo "README.md at line 3: too short"',
      problem_matchers: { lint: { problemMatcher: { owner: 'prose', severity: 'warning', pattern } } },
    });
    const { id, recipe_snapshot } = await run('matched');
    expect(recipe_snapshot.problem_matchers).toMatchObject([{ owner: 'prose', pattern: [pattern] }]);
    expect(await farm.client.call('listFindings', { params: { id } })).toMatchObject({
      findings: [{ tool: 'prose', kind: 'lint', severity: 'low', message: 'too short', region: { line: 3 } }],
      tool_runs: [{ tool: 'prose', completeness: 'complete' }],
    });
  });

  test('is refused with a pattern that the engine does not know', async () => {
    const pattern = { regexp: '(?=never)', message: 0 };
    const registering = register(farm.client, 'unmatched', 'https://git.invalid/x.git', {
      problem_matchers: { lint: [{ owner: 'prose', pattern }] },
    });
    const path = 'body.subprojects.0.problem_matchers.lint';
    await expect(registering).rejects.toMatchObject({
      problem: { code: 'invalid_input', faults: [{ path, message: expect.stringContaining('pattern 1') }] },
    });
  });

  test('and ends well without a word of its tests is told to have run none', async () => {
    await using repository = await makeRepository();
    await register(farm.client, 'untested', repository.url, {
      test: 'echo all is well',
      tools: { test: ['python/pytest'] },
    });
    const { id, status, findings_summary } = await run('untested', { recipe: 'test' });
    expect([status, findings_summary?.tests]).toEqual(['passed', null]);
    expect(await farm.client.call('listFindings', { params: { id } })).toMatchObject({
      findings: [],
      tool_runs: [{ tool: 'pytest', completeness: 'unknown', note: expect.stringContaining('no test ran') }],
    });
  });
});

async function run(project: string, body: object = {}) {
  const id = await queueJob(farm.client, project, { recipe: 'lint', ...body });
  await ended(farm.client, id);
  return (await getJob(farm.client, id)).job;
}

/** Findings of a new job at the tip of a branch, those that it does not have any more behind the others. */
async function statesAt(project: string, ref = 'main') {
  const job = await run(project, { ref });
  const { findings } = await farm.client.call('listFindings', {
    params: { id: job.id },
    query: { state: 'all' },
  });
  return findings.map(({ fingerprint, state, path, region }) => ({
    fingerprint,
    state,
    place: `${path}:${region?.line}`,
  }));
}
