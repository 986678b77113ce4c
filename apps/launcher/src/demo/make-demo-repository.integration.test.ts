import { execFileSync, spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isCi, searchPath } from '@crafting-table/dev-services/config';
import { temporaryFolder } from '@crafting-table/dev-services/stand-ins/temporary-folder';
import { findMissingToolchains, howToInstall } from '@crafting-table/dev-services/toolchains';
import { DEMO_SUBPROJECTS, demoProject } from './demo-project.ts';
import { makeDemoRepository } from './make-demo-repository.ts';

const NEVER = new AbortController().signal;

test('the commit is the same wherever it is made, and is made once', async () => {
  await using folder = await temporaryFolder();
  const [one, other] = [join(folder.path, 'one'), join(folder.path, 'o t h e r')];
  await makeDemoRepository(one, NEVER);
  await makeDemoRepository(one, NEVER);
  await makeDemoRepository(other, NEVER);
  expect(commitsOf(one)).toHaveLength(1);
  expect(commitsOf(other)).toEqual(commitsOf(one));
});

/** The first job of Go compiles what it needs of the standard library. */
const BUILD_MS = 200_000;

/** Exit codes by subproject and recipe. */
const ENDS: Record<string, Record<string, number>> = {
  greeter: { test: 1, lint: 1 },
  packer: { build: 0, test: 0 },
  tally: { test: 1 },
  ferry: { build: 0, test: 0, lint: 1 },
  abacus: { build: 0, test: 0 },
  clock: { build: 0 },
  kettle: { build: 0 },
  poet: { test: 1 },
  postcard: { lint: 1 },
  sweeper: { lint: 1 },
};

describe('a clone by the URL that is registered', () => {
  test('builds: red where it should be, green elsewhere', { timeout: BUILD_MS }, async () => {
    await using folder = await temporaryFolder();
    const repository = join(folder.path, 'the repository');
    await makeDemoRepository(repository, NEVER);
    const project = demoProject(repository);
    const clone = join(folder.path, 'clone');
    execFileSync('git', ['clone', '--quiet', project.git_url, clone]);
    const missing = await missingHere();
    const ends = project.subprojects
      .filter(({ path }) => !missing.has(path))
      .map(({ path, build, test, lint }) => [path, endsOf(join(clone, path), { build, test, lint })]);
    const expected = Object.entries(ENDS).filter(([path]) => !missing.has(path));
    expect(Object.fromEntries(ends)).toEqual(Object.fromEntries(expected));
  });
});

/** Subprojects without their toolchain. The summary of all tests names those; in CI there is to be none. */
async function missingHere(): Promise<ReadonlySet<string>> {
  const missing = await findMissingToolchains(
    DEMO_SUBPROJECTS.flatMap(({ needs }) => needs),
    { PATH: searchPath(), HOME: homedir() },
  );
  expect(isCi() ? missing.map(howToInstall) : []).toEqual([]);
  const lacking = DEMO_SUBPROJECTS.filter(({ needs }) => needs.some((name) => missing.includes(name)));
  return new Set(lacking.map(({ path }) => path));
}

function endsOf(folder: string, recipes: Record<string, string | undefined>) {
  const declared = Object.entries(recipes).flatMap(([recipe, command]) =>
    command === undefined ? [] : [[recipe, spawnSync('sh', ['-c', command], { cwd: folder }).status]],
  );
  return Object.fromEntries(declared);
}

function commitsOf(repository: string): string[] {
  return execFileSync('git', ['log', '--format=%H'], { cwd: repository, encoding: 'utf8' })
    .trim()
    .split('\n');
}
