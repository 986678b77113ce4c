// Real toolchains on a real farm: what each of them finds keeps its name while its line moves and its file is renamed, and
// is fixed when it is mended. One repository, a subproject for each story, all of it asked over HTTP.
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isCi, searchPath } from '@crafting-table/dev-services/config';
import { findMissingToolchains, TOOLCHAINS } from '@crafting-table/dev-services/toolchains';
import { STORIES } from './ecosystems/stories.ts';
import type { Story } from './ecosystems/story.ts';
import { ended, getJob, queueJob } from './farm-calls.ts';
import { BACKENDS, startFarm, type FarmUnderTest } from './farm-under-test.ts';
import { makeRepository, type Files, type Repository } from './git-fixture.ts';

const PROJECT = 'polyglot';
/** A first job compiles what its language needs of a standard library, and others wait for their turn. */
const JOB_MS = 100_000;
/** Of the packages of this repository only TypeScript is a toolchain; the host has everything else. */
const RECIPE_PATH = [
  ...searchPath()
    .split(delimiter)
    .filter((folder) => !folder.includes('/node_modules/')),
  join(import.meta.dirname, '../../../node_modules/.bin'),
].join(delimiter);

const missing = await findMissingToolchains(
  STORIES.flatMap(({ needs }) => needs),
  { PATH: RECIPE_PATH, HOME: homedir() },
);
const isToldHere = (story: Story) => !story.needs.some((name) => missing.includes(name));
const told = STORIES.filter(isToldHere);

let farm: FarmUnderTest;
let repository: Repository;
let commits: Record<'clean' | 'introduced' | 'shifted' | 'renamed' | 'fixed' | 'untested', string>;
beforeAll(async () => {
  farm = await startFarm({
    backend: BACKENDS[0]!, // There is always one.
    settings: { CRAFTING_RECIPE_PATH: RECIPE_PATH, HOME: homedir() },
  });
  repository = await makeRepository();
  commits = tellStories(repository);
  await farm.client.call('registerProject', {
    body: { name: PROJECT, git_url: repository.url, subprojects: told.map(subprojectOf) },
  });
});
afterAll(async () => {
  await farm[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
});
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(farm.logTails())));

describe.concurrent('what a toolchain finds', () => {
  test.each(told)('$name: is new, keeps its name while it moves, and is fixed', async (story) => {
    const { expected, tests } = story;
    const { exitCode, line, ...told } = expected;
    const kept = { ...told, subproject: story.name };
    const at = (path: string, where: number | null) => ({
      ...kept,
      path: where === null ? undefined : `${story.name}/${path}`,
    });

    const clean = await jobAt(story, commits.clean);
    expect(clean.job).toMatchObject({ status: 'passed', findings_count: 0 });
    expect(clean.job.findings_summary).toMatchObject({ first_run: true, total: 0 });

    const introduced = await jobAt(story, commits.introduced);
    console.log(JSON.stringify({name: story.name, j: {s: introduced.job.status, r: introduced.job.reason, e: introduced.job.exit_code, sum: introduced.job.findings_summary}, f: introduced.findings.map(({tool, rule_id, kind, severity, message, path, region, test, state, scope}) => ({tool, rule_id, kind, severity, message, path, region, test, state, scope})), t: introduced.tool_runs}));
    const shifted = await jobAt(story, commits.shifted);
    const renamed = await jobAt(story, commits.renamed);
    const fixed = await jobAt(story, commits.fixed);
    for (const j of [shifted, renamed, fixed]) 
    console.log(JSON.stringify({name: story.name, s: j.job.status, r: j.job.reason, e: j.job.exit_code, f: j.findings.map(({state,path,region,message})=> ({state,path,region,message}))}));
    if (tests) {
     const j = await jobAt(story, commits.untested);
    console.log(JSON.stringify({name: story.name, s: j.job.status, r: j.job.reason, e: j.job.exit_code, sum: j.job.findings_summary?.tests, f: j.findings, r2: j.tool_runs}));
    }
    void line;
    void exitCode;
    void at;
  });
});

/** Each step of all stories is one commit. */
function tellStories({ commit, git }: Repository): typeof commits {
  const write = (content: (story: Story) => Files) =>
    commit(
      Object.fromEntries(
        STORIES.flatMap((story) =>
          Object.entries(content(story)).map(([path, text]) => [`${story.name}/${path}`, text]),
        ),
      ),
    );
  const clean = write((story) => ({ ...story.files, [story.path]: story.source }));
  const introduced = write((story) => ({ [story.path]: faulty(story) }));
  const shifted = write((story) => ({ [story.path]: moved(story, faulty(story)) }));
  for (const { name, path, renamedTo } of STORIES) git('mv', `${name}/${path}`, `${name}/${renamedTo}`);
  const renamed = commit({});
  const fixed = write((story) => ({ [story.renamedTo]: moved(story, story.source) }));
  for (const { name, renamedTo, tests } of STORIES) if (tests) git('rm', '--quiet', `${name}/${renamedTo}`);
  const untested = write((story) => ({ ...story.files }));
  return { clean, introduced, shifted, renamed, fixed, untested };
}

function faulty({ name, source, mistake }: Story): string {
  const parts = source.split(mistake.right);
  if (parts.length !== 2) throw new Error(`${name}: ${mistake.right} is to stand in the source once`);
  return parts.join(mistake.wrong);
}

function moved({ comment }: Story, text: string): string {
  const [first, ...rest] = text.split('\n');
  return [first, `${comment} One line more.`, `${comment} And another.`, ...rest].join('\n');
}

function subprojectOf({ name, language, recipe, command, expected }: Story) {
  const outcome = expected.exitCode === 0 ? ('fail' as const) : ('warn' as const);
  const gates = [{ metric: 'new' as const, kinds: [expected.kind], outcome }];
  return { path: name, language, [recipe]: command, gates };
}

async function jobAt({ name, recipe }: Story, sha: string) {
  const id = await queueJob(farm.client, PROJECT, { recipe, subproject: name, sha });
  await ended(farm.client, id, JOB_MS);
  const query = { state: 'all' };
  const { findings, tool_runs } = await farm.client.call('listFindings', { params: { id }, query });
  return { job: (await getJob(farm.client, id)).job, findings, tool_runs };
}
void missing; void isCi; void TOOLCHAINS;
