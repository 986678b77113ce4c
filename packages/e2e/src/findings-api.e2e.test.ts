// What the API tells about findings: of a job, of a project, of one finding over time, and as files for other programs.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { QueryInputOf } from '@crafting-table/contracts/routes';
import { EXPORT_FORMATS, EXPORT_MEDIA } from '@crafting-table/contracts/finding-lists';
import { ask } from './ask.ts';
import { ended, queueJob, register } from './farm-calls.ts';
import { BACKENDS, startFarm, type FarmUnderTest, type Member } from './farm-under-test.ts';
import { makeRepository, type Repository } from './git-fixture.ts';
import { until } from './until.ts';

/** The tool says what stands in a file. */
const LINT = 'cat said.txt';
const ERROR = 'src/a.c:1:2: error: wrong type';
const WARNING = 'src/b.c:3:4: warning: not used [-Wunused]';
const ELSEWHERE = 'lib/c.c:5:6: warning: not used either [-Wunused]';
const NOBODYS = '0'.repeat(32);

let farm: FarmUnderTest;
let ann: Member;
let repository: Repository;
/** In the order they were made: one finding, then all three, then all but the warning in src. */
let jobs: string[];
beforeAll(async () => {
  farm = await startFarm({ backend: BACKENDS[0]! }); // There is always one.
  ann = await farm.mint('ann');
  repository = await makeRepository();
  await register(ann.client, 'told', repository.url, { lint: LINT });
  jobs = [
    await lint('told', [WARNING]),
    await lint('told', [WARNING, ERROR, ELSEWHERE]),
    await lint('told', [ERROR, ELSEWHERE]),
  ];
});
afterAll(async () => {
  await farm[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
});
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(farm.logTails())));

describe('findings of a job', () => {
  test('are those that it has; those that are gone only when they are asked for', async () => {
    expect(await found()).toEqual(['wrong type', 'not used either']);
    expect(await found({ state: 'fixed' })).toEqual(['not used']);
    expect(await found({ state: 'all' })).toEqual(['wrong type', 'not used either', 'not used']);
    expect(await found({ state: 'all' }, jobs[1])).toEqual(['not used', 'wrong type', 'not used either']);
  });

  test.each<[QueryInputOf<'listFindings'>, string[]]>([
    [{ state: 'new,updated' }, ['wrong type', 'not used either']],
    [{ state: 'existing' }, ['not used']],
    [{ kind: 'compile_error' }, ['wrong type']],
    [{ kind: 'compile_error,compile_warning' }, ['not used', 'wrong type', 'not used either']],
    [{ severity: 'medium' }, ['not used', 'not used either']],
    [{ tool: 'nothing,cc' }, ['not used', 'wrong type', 'not used either']],
    [{ tool: 'nothing' }, []],
    [{ path: 'src/' }, ['not used', 'wrong type']],
    [{ path: 'src/%' }, []],
    [{ path: 'src/', severity: 'medium' }, ['not used']],
    [{ actionable: 'true' }, ['not used', 'wrong type', 'not used either']],
    [{ actionable: 'false' }, []],
  ])('are narrowed down by %j', async (query, messages) => {
    expect(await found(query, jobs[1])).toEqual(messages);
  });

  test('come in pages, each with the counts of them all and where each was first seen', async () => {
    const [first, second, third] = jobs;
    const params = { id: second! };
    const page = await ann.client.call('listFindings', { params, query: { limit: 2 } });
    expect(page.findings.map(({ message, first_seen }) => [message, first_seen?.job_id])).toEqual([
      ['not used', first],
      ['wrong type', second],
    ]);
    expect(page.counts).toMatchObject({ total: 3, by_state: { existing: 1, new: 2 }, actionable: 3 });
    const rest = await ann.client.call('listFindings', {
      params,
      query: { limit: 2, cursor: page.next_cursor! },
    });
    expect(rest.findings).toMatchObject([{ message: 'not used either', first_seen: { job_id: second } }]);
    expect(rest.next_cursor).toBeNull();
    const gone = await ann.client.call('listFindings', { params: { id: third! }, query: { state: 'fixed' } });
    expect(gone.findings).toMatchObject([{ state: 'fixed', first_seen: { job_id: first } }]);
  });

  test.each(['state=gone', 'kind=', 'severity=high,bad', 'actionable=yes', 'path=', 'format=xml'])(
    'are not given for %s',
    async (query) => {
      expect(await ask(farm.baseUrl, `/jobs/${jobs[0]}/findings?${query}`, ann)).toMatchObject({
        status: 400,
      });
    },
  );
});

describe('a file of findings', () => {
  test.each(EXPORT_FORMATS)('in the format %s says what it is made of', async (format) => {
    const answer = await ask(farm.baseUrl, `/jobs/${jobs[1]}/findings?format=${format}`, ann);
    expect(answer.headers.get('content-type')).toBe(`${EXPORT_MEDIA[format]}; charset=utf-8`);
    for (const message of ['wrong type', 'not used', 'not used either'])
      expect(answer.text).toContain(message);
  });

  test('has the whole job, and what is asked for', async () => {
    const sarif = JSON.parse(await ann.client.exportFindings(jobs[1]!, 'sarif'));
    expect(sarif.runs).toHaveLength(1);
    expect(sarif.runs[0].tool.driver.name).toBe('cc');
    expect(sarif.runs[0].results.map((result: { baselineState: string }) => result.baselineState)).toEqual([
      'unchanged',
      'new',
      'new',
    ]);
    const lines = await ask(farm.baseUrl, `/jobs/${jobs[1]}/findings?format=github&kind=compile_error`, ann);
    expect(lines.text).toBe('::error file=src/a.c,line=1,col=2,title=cc::wrong type\n');
  });
});

describe('findings of a project', () => {
  test('are those that are open, the most severe first, with where and since when', async () => {
    const { findings, next_cursor } = await open();
    expect(findings.map(({ message }) => message)).toEqual(['wrong type', 'not used either']);
    expect(findings[0]).toMatchObject({
      series: { subproject: '.', recipe: 'lint', branch: 'main' },
      first_seen: { job_id: jobs[1] },
      age_secs: expect.toSatisfy((age: number) => age >= 0 && age < 600),
      reopen_count: 0,
      flaky: null,
      actionable: { yes: true, reasons: [] },
    });
    expect(next_cursor).toBeNull();
  });

  test.each<[QueryInputOf<'listOpenFindings'>, string[]]>([
    [{ kind: 'compile_warning' }, ['not used either']],
    [{ severity: 'high,low' }, ['wrong type']],
    [{ tool: 'nothing' }, []],
    [{ path: 'lib' }, ['not used either']],
    [{ actionable: 'true', recipe: 'lint' }, ['wrong type', 'not used either']],
    [{ actionable: 'false' }, []],
    [{ recipe: 'test' }, []],
    [{ branch: 'main', subproject: '.' }, ['wrong type', 'not used either']],
    [{ branch: 'other' }, []],
  ])('are narrowed down by %j', async (query, messages) => {
    expect((await open(query)).findings.map(({ message }) => message)).toEqual(messages);
  });

  test('come in pages', async () => {
    const first = await open({ limit: 1 });
    expect(first.findings).toMatchObject([{ message: 'wrong type' }]);
    const second = await open({ limit: 1, cursor: first.next_cursor! });
    expect(second).toMatchObject({ findings: [{ message: 'not used either' }], next_cursor: null });
    await expect(open({ cursor: 'bm8' })).rejects.toMatchObject({ problem: { code: 'invalid_cursor' } });
  });

  test('are counted job by job', async () => {
    const { series } = await ann.client.call('getTrend', { params: { name: 'told' } });
    expect(series).toMatchObject([
      {
        series: { subproject: '.', recipe: 'lint', branch: 'main' },
        points: [
          { job_id: jobs[0], total: 1, by_state: { existing: 1 }, by_severity: { medium: 1 } },
          { job_id: jobs[1], total: 3, by_state: { existing: 1, new: 2 } },
          { job_id: jobs[2], total: 2, by_state: { existing: 2, fixed: 1 } },
        ],
      },
    ]);
    const last = await ann.client.call('getTrend', {
      params: { name: 'told' },
      query: { limit: 1, branch: 'main' },
    });
    expect(last.series.map(({ points }) => points.map(({ job_id }) => job_id))).toEqual([[jobs[2]]]);
    const none = await ann.client.call('getTrend', { params: { name: 'told' }, query: { branch: 'other' } });
    expect(none.series).toEqual([]);
  });
});

describe('one finding', () => {
  test('has a history: opened, fixed, opened again', async () => {
    await register(ann.client, 'comes-and-goes', repository.url, { lint: LINT });
    await lint('comes-and-goes', []);
    const came = await lint('comes-and-goes', [WARNING]);
    const [finding] = (await open({}, 'comes-and-goes')).findings;
    const went = await lint('comes-and-goes', []);
    const of = { name: 'comes-and-goes', fingerprint: finding!.fingerprint };
    const closed = await ann.client.call('getFinding', { params: of });
    expect(closed.series).toMatchObject([
      {
        is_open: false,
        finding: { message: 'not used', path: 'src/b.c' },
        first_seen: { job_id: came },
        closed: { job_id: went },
        events: [
          { event: 'opened', job_id: came },
          { event: 'fixed', job_id: went },
        ],
      },
    ]);
    const again = await lint('comes-and-goes', [WARNING]);
    const reopened = await ann.client.call('getFinding', { params: of });
    expect(reopened.series).toMatchObject([{ is_open: true, closed: null, reopen_count: 1 }]);
    expect(reopened.series[0]!.events.at(-1)).toMatchObject({ event: 'reopened', job_id: again });
    expect(reopened.acceptances).toEqual([]);
  });

  test('that a person has accepted counts for nothing until that is taken back', async () => {
    await register(ann.client, 'accepted', repository.url, { lint: LINT });
    await lint('accepted', [WARNING]);
    const of = await theOnly('accepted');
    const body = { reason: 'a false alarm' };
    const acceptance = await ann.client.call('suppressFinding', { params: of, body });
    expect(acceptance).toMatchObject({
      fingerprint: of.fingerprint,
      ...body,
      author: 'ann',
      until: null,
      lifted_at: null,
    });
    const accepted = { by: 'person', author: 'ann', reason: 'a false alarm', until: null };
    expect((await open({}, 'accepted')).findings).toMatchObject([
      { accepted, actionable: { yes: false, reasons: ['suppressed'] } },
    ]);
    expect((await open({ actionable: 'true' }, 'accepted')).findings).toEqual([]);
    expect(await judged('accepted')).toMatchObject([
      { state: 'existing', accepted, actionable: { yes: false, reasons: ['suppressed'] } },
    ]);

    await ann.client.call('liftSuppression', { params: of });
    await expect(ann.client.call('liftSuppression', { params: of })).rejects.toMatchObject({
      problem: { code: 'not_found' },
    });
    expect((await open({ actionable: 'true' }, 'accepted')).findings).toHaveLength(1);
    const [finding] = await judged('accepted');
    expect(finding).toMatchObject({ state: 'existing', actionable: { yes: true } });
    expect(finding).not.toHaveProperty('accepted');
    const { acceptances } = await ann.client.call('getFinding', { params: of });
    expect(acceptances).toMatchObject([{ reason: 'a false alarm', lifted_at: expect.any(String) }]);
    const { entries } = await farm.client.call('listAudit');
    expect(entries.filter(({ subject }) => subject === `accepted/${of.fingerprint}`)).toMatchObject([
      { actor: 'ann', action: 'finding.lift' },
      { actor: 'ann', action: 'finding.suppress', detail: { reason: 'a false alarm' } },
    ]);
  });

  test('is reopened by the first job after the end of its acceptance, and by no other', async () => {
    await register(ann.client, 'for-a-while', repository.url, { lint: LINT });
    await lint('for-a-while', [WARNING]);
    const of = await theOnly('for-a-while');
    const end = new Date(Date.now() + 1000).toISOString();
    await ann.client.call('suppressFinding', { params: of, body: { reason: 'not now', until: end } });
    await until('the acceptance is over', async () => {
      const { findings } = await open({ actionable: 'true' }, 'for-a-while');
      return findings.length === 1;
    });
    const job = await lint('for-a-while', [WARNING, '# something else']);
    expect(await found({}, job)).toEqual(['not used']);
    expect(await found({ state: 'reopened' }, job)).toEqual(['not used']);
    const { series } = await ann.client.call('getFinding', { params: of });
    expect(series).toMatchObject([{ is_open: true, reopen_count: 1 }]);
    expect(series[0]!.events.at(-1)).toMatchObject({ event: 'reopened', job_id: job });
    const next = await lint('for-a-while', [WARNING]);
    expect(await found({ state: 'existing' }, next)).toEqual(['not used']);
  });

  test('is accepted by the last word, and never into the past', async () => {
    await register(ann.client, 'two-words', repository.url, { lint: LINT });
    await lint('two-words', [WARNING]);
    const of = await theOnly('two-words');
    const suppress = (body: { reason: string; until?: string }) =>
      ann.client.call('suppressFinding', { params: of, body });
    await Promise.all([suppress({ reason: 'one' }), suppress({ reason: 'two' })]);
    await suppress({ reason: 'three' });
    const { acceptances } = await ann.client.call('getFinding', { params: of });
    expect(acceptances.map(({ lifted_at }) => lifted_at === null)).toEqual([false, false, true]);
    expect(acceptances.at(-1)).toMatchObject({ reason: 'three' });
    await expect(suppress({ reason: 'late', until: '2020-01-01T00:00:00Z' })).rejects.toMatchObject({
      problem: { code: 'invalid_input', faults: [{ path: 'body.until' }] },
    });
  });

  test('that a project has never had is not found', async () => {
    const of = { name: 'told', fingerprint: NOBODYS };
    const calls = [
      () => ann.client.call('getFinding', { params: of }),
      () => ann.client.call('suppressFinding', { params: of, body: { reason: 'why not' } }),
      () => ann.client.call('liftSuppression', { params: of }),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ problem: { code: 'not_found' } });
  });
});

/** Lets the tool say these lines at a new commit; gives back the job. */
async function lint(project: string, lines: readonly string[]): Promise<string> {
  repository.commit({ 'said.txt': lines.map((line) => `${line}\n`).join('') });
  const id = await queueJob(ann.client, project, { recipe: 'lint' });
  await ended(ann.client, id);
  return id;
}

async function found(query: QueryInputOf<'listFindings'> = {}, job = jobs.at(-1)): Promise<string[]> {
  const { findings } = await ann.client.call('listFindings', { params: { id: job! }, query });
  return findings.map(({ message }) => message);
}

function open(query: QueryInputOf<'listOpenFindings'> = {}, name = 'told') {
  return ann.client.call('listOpenFindings', { params: { name }, query });
}

async function theOnly(name: string) {
  const { findings } = await open({}, name);
  expect(findings).toHaveLength(1);
  return { name, fingerprint: findings[0]!.fingerprint };
}

/** Findings of another job of the same lines. */
async function judged(project: string) {
  const id = await lint(project, [WARNING]);
  return (await ann.client.call('listFindings', { params: { id } })).findings;
}
