// Real toolchains on a real farm: what each of them finds keeps its name while its line moves and its file is renamed, and
// is fixed when it is mended. One repository with a subproject for each story, and all of it asked over HTTP.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isCi, searchPath } from '@crafting-table/dev-services/config';
import { findMissingToolchains, howToInstall } from '@crafting-table/dev-services/toolchains';
import { STORIES } from './ecosystems/stories.ts';
import type { Story } from './ecosystems/story.ts';
import { MORE_LINES, tellStories, WITHOUT_TESTS, type Commits } from './ecosystems/tell-stories.ts';
import { ended, queueJob, type SubprojectInput } from './farm-calls.ts';
import { BACKENDS, startFarm, type FarmUnderTest } from './farm-under-test.ts';
import { makeRepository, type Repository } from './git-fixture.ts';

/** Both are of one repository. The second one builds a branch that has nothing of what the stories are about. */
const TOLD = 'told';
const UNTOLD = 'untold';
/** The first job of Go compiles what it needs of the standard library, and others wait for their turn. */
const JOB_MS = 200_000;
const STORY_MS = 300_000;
/** The only toolchain that this repository brings itself. */
const TSC = join(import.meta.dirname, '../../../node_modules/.bin/tsc');

const missing = await findMissingToolchains(
  STORIES.flatMap(({ needs }) => needs),
  { PATH: searchPath(), HOME: homedir() },
);
const told = STORIES.filter(({ needs }) => needs.every((name) => !missing.includes(name)));

let farm: FarmUnderTest;
let repository: Repository;
let commits: Commits;
beforeAll(async () => {
  // Version managers keep toolchains in the home of whoever runs the tests.
  farm = await startFarm({ backend: BACKENDS[0]!, settings: { HOME: homedir() } }); // There is always one backend.
  repository = await makeRepository();
  commits = tellStories(told, repository);
  for (const [name, default_branch] of [
    [TOLD, 'main'],
    [UNTOLD, WITHOUT_TESTS],
  ] as const) {
    const body = { name, git_url: repository.url, default_branch, subprojects: told.map(subprojectOf) };
    await farm.client.call('registerProject', { body });
  }
});
afterAll(async () => {
  await farm[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
});
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(farm.logTails())));

test('no toolchain is left out where nobody would notice', () => {
  const leftOut = missing.map(howToInstall);
  if (!isCi() && leftOut.length > 0)
    console.warn(`NOT TESTED, BECAUSE IT IS NOT HERE\n${leftOut.join('\n')}`);
  expect(isCi() ? leftOut : []).toEqual([]);
});

describe.concurrent('what a toolchain finds', { timeout: STORY_MS }, () => {
  test.each(told)('is new, moves, is renamed and is fixed under one name: $name', async (story) => {
    const { tests } = story;
    const clean = await run(story, commits.clean);
    expect(clean.findings).toEqual([]);
    expect(clean.job).toMatchObject({ status: 'passed', exit_code: 0 });
    expect(clean.summary).toMatchObject({ first_run: true, total: 0, gates: [] });
    expect(clean.summary?.tests).toEqual(tests ? { ran: tests.ran, failed: 0 } : null);

    const introduced = await run(story, commits.introduced);
    const here = { job_id: introduced.job.id, sha: commits.introduced };
    expect(introduced.findings).toMatchObject([
      { ...placed(story), state: 'new', cause: 'code', first_seen: here },
    ]);
    expect(introduced.summary).toMatchObject({ first_run: false, by_state: { new: 1 } });
    expect(introduced.summary?.tests).toEqual(tests ? { ran: tests.ran, failed: 1 } : null);
    // The gate ends what would have passed, and only warns about what has failed by itself.
    expect(introduced.job).toMatchObject(endWithFinding(story, 'gate'));
    expect(introduced.summary?.gates).toEqual([brokenGate(story, 1)]);

    const { fingerprint } = introduced.findings[0]!; // There is one, as was just expected.
    const known = { fingerprint, state: 'existing', first_seen: here };
    const shifted = await run(story, commits.shifted);
    expect(shifted.findings).toMatchObject([{ ...placed(story, { by: MORE_LINES }), ...known }]);
    expect(shifted.job).toMatchObject(endWithFinding(story, 'exit'));
    expect(shifted.summary).toMatchObject({ by_state: { existing: 1 }, gates: [] });

    const renamed = await run(story, commits.renamed);
    const now = placed(story, { by: MORE_LINES, path: story.renamedTo });
    expect(renamed.findings).toMatchObject([{ ...now, ...known }]);
    expect(await listOpen(story)).toMatchObject([
      {
        ...now,
        fingerprint,
        first_seen: here,
        series: { subproject: story.name, recipe: story.recipe, branch: 'main' },
        age_secs: expect.toSatisfy((age: number) => age >= 0 && age < 600),
        reopen_count: 0,
      },
    ]);

    const fixed = await run(story, commits.fixed);
    expect(fixed.findings).toMatchObject([{ ...now, ...known, state: 'fixed' }]);
    expect(fixed.job).toMatchObject({ status: 'passed', exit_code: 0, findings_count: 0 });
    expect(fixed.summary).toMatchObject({ total: 0, by_state: { fixed: 1 }, gates: [] });
    expect(await listOpen(story)).toEqual([]);
    const history = await farm.client.call('getFinding', { params: { name: TOLD, fingerprint } });
    expect(history.series).toMatchObject([
      {
        is_open: false,
        first_seen: here,
        closed: { job_id: fixed.job.id, sha: commits.fixed },
        events: [
          { event: 'opened', job_id: introduced.job.id },
          { event: 'fixed', job_id: fixed.job.id },
        ],
      },
    ]);
  });

  test.each(told.filter(({ tests }) => tests))('says so where no test is left: $name', async (story) => {
    const untested = await run(story);
    expect(untested.job.exit_code).toBe(story.tests!.exitCodeWithout); // Others were filtered out.
    expect(untested.summary).toMatchObject({ total: 0, tests: null });
    expect(untested.toolRuns).toContainEqual(
      expect.objectContaining({ tool: story.expected.tool, note: expect.stringContaining('no test ran') }),
    );
  });
});

function subprojectOf({ name, language, recipe, command, expected }: Story): SubprojectInput {
  const gates: SubprojectInput['gates'] = [
    { metric: 'new', kinds: [expected.kind], outcome: expected.exitCode === 0 ? 'fail' : 'warn' },
  ];
  return { path: name, language, [recipe]: command, gates, env: { TSC } };
}

/** At a commit of the story, or where there is nothing to tell of. */
async function run({ name, recipe }: Story, sha?: string) {
  const body = { recipe, subproject: name, ...(sha && { sha }) };
  const id = await queueJob(farm.client, sha ? TOLD : UNTOLD, body);
  const { job } = await ended(farm.client, id, JOB_MS);
  const page = await farm.client.call('listFindings', { params: { id }, query: { state: 'all' } });
  return { job, summary: job.findings_summary, findings: page.findings, toolRuns: page.tool_runs };
}

async function listOpen({ name }: Story) {
  const { findings } = await farm.client.call('listOpenFindings', {
    params: { name: TOLD },
    query: { subproject: name },
  });
  return findings;
}

/** What the tool says of the mistake, so many lines further down in a file of this name. */
function placed({ name, path: first, expected }: Story, { by = 0, path = first } = {}) {
  const { line, exitCode: _, ...said } = expected;
  if (line === null) return { ...said, subproject: name };
  return { ...said, subproject: name, path: `${name}/${path}`, region: { line: line + by } };
}

/** `held`: what speaks where the recipe itself has nothing against the finding. */
function endWithFinding({ expected }: Story, held: 'gate' | 'exit') {
  const hasPassed = expected.exitCode === 0 && held === 'exit';
  return {
    status: hasPassed ? 'passed' : 'failed',
    reason: expected.exitCode === 0 ? held : 'exit',
    exit_code: expected.exitCode,
    findings_count: 1,
  };
}

function brokenGate({ expected }: Story, found: number) {
  const outcome = expected.exitCode === 0 ? 'fail' : 'warn';
  return { gate: `new of ${expected.kind} at most 0`, outcome, found };
}
