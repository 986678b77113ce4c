import { expect, test } from 'vitest';
import { CancelBody, JobBody } from './job.ts';
import { GitRef, ProjectBody, SubprojectPath } from './project.ts';

const BODY = {
  name: 'attic',
  git_url: 'https://forge.example/attic.git',
  subprojects: [{ path: '.', language: 'c', test: 'make test' }],
};

test('a project needs no more than a name, a URL and one subproject', () => {
  expect(ProjectBody.parse(BODY)).toEqual({ ...BODY, default_branch: 'main', languages: [] });
});

test.each([
  ['a command', { ...BODY.subprojects[0], test: '?' }],
  ['a variable', { ...BODY.subprojects[0], env: { GREETING: '?' } }],
])('text that Postgres refuses in %s is the fault of the request, not of the farm', (_where, subproject) => {
  for (const text of ['a\0b', 'half a pair: \ud800', '\udc00']) {
    const json = JSON.stringify({ ...BODY, subprojects: [subproject] }).replace(
      '?',
      JSON.stringify(text).slice(1, -1),
    );
    expect(ProjectBody.safeParse(JSON.parse(json)).success).toBe(false);
  }
  expect(ProjectBody.safeParse({ ...BODY, subprojects: [subproject] }).success).toBe(true);
});

test('a reason for a cancel that Postgres refuses is the fault of the request', () => {
  expect(CancelBody.safeParse({ reason: 'a\0b' }).success).toBe(false);
  expect(CancelBody.safeParse({ reason: 'not needed 🙂' }).success).toBe(true);
});

test.each(['/etc', '..', 'a/../b', 'a//b', 'a\\b', '.git', 'a/.git/hooks', 'a\nb', '\ud800', ''])(
  'a subproject cannot lie at %j',
  (path) => {
    expect(SubprojectPath.safeParse(path).success).toBe(false);
  },
);

test.each([
  ['.', '.'],
  ['./sdks/python/', 'sdks/python'],
  ['a/./b', 'a/b'],
])('the path %s of a subproject is kept as %s', (path, kept) => {
  expect(SubprojectPath.parse(path)).toBe(kept);
});

test('a subproject is declared once, however its path is written', () => {
  const [one] = BODY.subprojects;
  const parsed = ProjectBody.safeParse({
    ...BODY,
    subprojects: [
      { ...one, path: 'a' },
      { ...one, path: './a/' },
    ],
  });
  expect(parsed.error?.issues).toMatchObject([
    { path: ['subprojects', 1, 'path'], message: 'a is declared twice' },
  ]);
});

test.each(['-x', 'a..b', 'a b', 'a~1', 'a@{0}', '@', 'a/', 'a.lock', '.a', 'a:b', '\ud800'])(
  '%s is no name of a branch',
  (ref) => {
    expect(GitRef.safeParse(ref).success).toBe(false);
  },
);

test('a job is asked for by ref or by commit, not by both', () => {
  const sha = 'a'.repeat(40);
  expect(JobBody.safeParse({ recipe: 'test', ref: 'main', sha }).error?.issues).toMatchObject([
    { path: ['sha'] },
  ]);
  expect(JobBody.parse({ recipe: 'all', sha })).toEqual({ recipe: 'all', sha, priority: 50 });
});
