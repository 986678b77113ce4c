// The project files of examples/recipes, before the real API and a real worker. The tools they name are stand-ins that say
// how they were called: whether a toolchain works is smoke.sh's question, here it is whether the files do.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ProjectBody } from '@crafting-table/contracts/project';
import { RECIPES } from '@crafting-table/contracts/words';
import { searchPath } from '@crafting-table/dev-services/config';
import { ended, queueJobs } from './farm-calls.ts';
import { BACKENDS, startFarm, type FarmUnderTest } from './farm-under-test.ts';
import { makeRepository, type Repository } from './git-fixture.ts';
import { temporaryFolder } from './temporary-folder.ts';

const ROOT = join(import.meta.dirname, '../../..');
const files = globSync('examples/recipes/*.json', { cwd: ROOT }).toSorted();
const examples = files.map((file) => {
  const body: unknown = JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
  return { name: basename(file, '.json'), file: join(ROOT, file), body };
});
/** Every program that a recipe of the examples starts. */
const TOOLS = [...new Set(examples.flatMap(({ body }) => programsOf(body)))].toSorted();
/** Under which name smoke.sh looks at what comes with something else, or has another one there. */
const LOOKED_AT_AS: Record<string, string> = {
  'cargo fmt': 'rustfmt',
  'cargo clippy': 'clippy',
  'cargo audit': 'cargo-audit',
  'cargo deny': 'cargo-deny',
  ctest: 'cmake',
  ninja: 'cmake',
};

let farm: FarmUnderTest;
let repository: Repository;
const opened = new AsyncDisposableStack();

beforeAll(async () => {
  const tools = opened.use(await temporaryFolder('tools'));
  for (const tool of TOOLS) {
    writeFileSync(join(tools.path, tool), `#!/bin/sh\necho "stand-in: ${tool} $*"\n`);
    chmodSync(join(tools.path, tool), 0o755);
  }
  repository = opened.use(await makeRepository(subprojectFiles()));
  repository.git('branch', 'stable');
  farm = opened.use(
    await startFarm({
      backend: BACKENDS[0]!,
      settings: { CRAFTING_RECIPE_PATH: `${tools.path}:/usr/bin:/bin`, CRAFTING_CONCURRENCY: '4' },
    }),
  );
});
afterAll(() => opened.disposeAsync());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(farm.logTails())));

test('the examples are of the shapes that farms have', () => {
  const bodies = examples.map(({ body }) => ProjectBody.parse(body));
  expect(bodies.map(({ name, subprojects }) => [name, subprojects.length])).toEqual([
    ['flask-service', 1],
    ['patches-by-hand', 2],
    ['polyglot-sdks', 14],
  ]);
  expect(bodies[2]!.schedule).toContainEqual(expect.objectContaining({ recipe: 'audit' }));
});

test('patches by hand only is said aloud: none is made by itself, each that is drafted is told of', () => {
  const { notify, schedule } = examples[1]!.body as ProjectBody; // As it was written, without what is the default.
  expect(notify).toEqual({
    email: expect.any(Array),
    on: ['patch_drafted', 'build_fail'],
    auto_patch: false,
  });
  expect(schedule).toBeUndefined();
});

test('the worker image has every tool that an example names', () => {
  const list = execFileSync(join(ROOT, 'smoke.sh'), ['--list'], { encoding: 'utf8' });
  const looked = new Set(list.split('\n').map((line) => line.split(' ')[1]));
  const subcommands = examples.flatMap(
    ({ body }) =>
      commandsOf(body)
        .join('\n')
        .match(/cargo \w+/g) ?? [],
  );
  const plugins = subcommands.filter(
    (words) => !['cargo build', 'cargo test', 'cargo check'].includes(words),
  );
  const named = [...TOOLS, ...plugins].map((name) => LOOKED_AT_AS[name] ?? name);
  expect(TOOLS).toEqual(expect.arrayContaining(['bats', 'ctest', 'govulncheck', 'mypy', 'valgrind']));
  expect(named.filter((name) => !looked.has(name))).toEqual([]);
});

describe('examples/register-all.sh', () => {
  test('registers them all with a farm, and replaces them the next time', async () => {
    const first = await registerAll(farm.bearer);
    expect(first.code, first.output).toBe(0);
    for (const { name } of examples) expect(first.output).toContain(`${name}: registered\n`);
    const second = await registerAll(farm.bearer);
    expect(second.code, second.output).toBe(0);
    for (const { name } of examples) expect(second.output).toContain(`${name}: replaced\n`);
  });

  test('says what was refused, and why, and ends badly', async () => {
    const { code, output } = await registerAll('no-such-bearer');
    expect(code).toBe(1);
    expect(output).toMatch(/flask-service: refused with 401: .*"code":"unauthorized"/);
  });

  test('goes on after a file that cannot be read, and names it', async () => {
    const { file, name } = examples[0]!;
    const { code, output } = await registerAll(farm.bearer, ['no-such-file.json', file]);
    expect(code, output).toBe(1);
    expect(output).toContain('no-such-file: not registered');
    expect(output).toMatch(new RegExp(`^${name}: (registered|replaced)$`, 'm'));
  });

  test('names every file when nobody answers', async () => {
    const { code, output } = await registerAll(farm.bearer, [], 'http://127.0.0.1:1');
    expect(code, output).toBe(1);
    for (const { name } of examples) expect(output).toContain(`${name}: not registered`);
  });
});

describe.each(examples)('$name', ({ name, body }) => {
  const project = ProjectBody.parse(body);

  test('is given back by the API as it was sent', async () => {
    expect((await registerAll(farm.bearer)).code).toBe(0);
    expect(await farm.client.call('getProject', { params: { name } })).toMatchObject(project);
  });

  test('has recipes that run, each with the tools it names', { timeout: 240_000 }, async () => {
    const { client } = farm;
    const here = `${name}-here`;
    await client.call('registerProject', { body: { ...project, name: here, git_url: repository.url } });
    const declared = RECIPES.flatMap((recipe) =>
      project.subprojects.filter((each) => each[recipe]).map(() => recipe),
    );
    const queued = await queueJobs(client, here, { recipe: 'all' });
    const ids = queued.map(({ job_id: id }) => id);
    expect(ids).toHaveLength(declared.length);
    for (const id of ids) {
      const { job } = await ended(client, id, 120_000);
      const log = await client.readLog(id);
      expect({ status: job.status, reason: job.reason, log }).toMatchObject({
        status: 'passed',
        reason: 'exit',
      });
      expect(log).toContain('stand-in: ');
    }
  });
});

async function registerAll(
  bearer: string,
  files: string[] = [],
  url = farm.baseUrl,
): Promise<{ code: number; output: string }> {
  const child = spawn(join(ROOT, 'examples/register-all.sh'), files, {
    env: { PATH: searchPath(), CRAFTING_URL: url, CRAFTING_BEARER: bearer },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  return { code, output };
}

function commandsOf(body: unknown): string[] {
  const { subprojects } = ProjectBody.parse(body);
  return subprojects.flatMap((each) => RECIPES.flatMap((recipe) => each[recipe] ?? []));
}

/** The first word of each command. */
function programsOf(body: unknown): string[] {
  return commandsOf(body).flatMap((line) =>
    line.split(/&&|\|\||[;|]/).map((command) => command.trim().split(' ')[0]!),
  );
}

/** Something in each folder that a recipe is run in. */
function subprojectFiles(): Record<string, string> {
  const paths = examples.flatMap(({ body }) => ProjectBody.parse(body).subprojects.map(({ path }) => path));
  return Object.fromEntries(
    paths.flatMap((path) => [
      [join(path, 'tool.sh'), '#!/bin/sh\n'],
      [join(path, 'out/selftest'), 'A program, were it built.\n'],
    ]),
  );
}
