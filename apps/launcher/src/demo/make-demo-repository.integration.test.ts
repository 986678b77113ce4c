import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '@crafting-table/dev-services/stand-ins/temporary-folder';
import { demoProject } from './demo-project.ts';
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

test('a clone by the URL that is registered builds: red where it should be, green elsewhere', async () => {
  await using folder = await temporaryFolder();
  const repository = join(folder.path, 'the repository');
  await makeDemoRepository(repository, NEVER);
  const project = demoProject(repository);
  const clone = join(folder.path, 'clone');
  execFileSync('git', ['clone', '--quiet', project.git_url, clone]);
  const results = project.subprojects.flatMap(({ path, build, test, lint }) =>
    Object.entries({ build, test, lint }).flatMap(([recipe, command]) =>
      command ? [[path, recipe, spawnSync('sh', ['-c', command], { cwd: join(clone, path) }).status]] : [],
    ),
  );
  expect(results).toEqual([
    ['greeter', 'test', 1],
    ['greeter', 'lint', 1],
    ['packer', 'build', 0],
    ['packer', 'test', 0],
  ]);
});

function commitsOf(repository: string): string[] {
  return execFileSync('git', ['log', '--format=%H'], { cwd: repository, encoding: 'utf8' })
    .trim()
    .split('\n');
}
