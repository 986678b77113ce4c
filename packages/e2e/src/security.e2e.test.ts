// What a recipe cannot do, told by recipes that try.
//
// What it sees of other attempts and of the farm's folders is in isolation.e2e.test.ts; what each level of containment
// promises, and what not, in docs/containment.md.
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JobDetail } from '@crafting-table/contracts/job';
import { ask } from './ask.ts';
import { ended, projectBody, queueJob, register, type SubprojectInput } from './farm-calls.ts';
import { BACKENDS, CANARY, startFarm, type FarmUnderTest } from './farm-under-test.ts';
import { makeRepository, type Files, type Repository } from './git-fixture.ts';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';

/** Stands in a file outside of every workspace. */
const TREASURE = 'treasure-outside-of-the-tree';
const TOKEN = 's3cret-token-of-the-recipe';

let farm: FarmUnderTest;
let outside: TemporaryFolder;
let treasure: string;
beforeAll(async () => {
  outside = await temporaryFolder('outside');
  treasure = join(outside.path, 'junit.xml');
  await writeFile(treasure, junit(TREASURE));
  // One slot: the next job of a project gets the workspace of the one before.
  farm = await startFarm({ backend: BACKENDS[0]!, settings: { CRAFTING_CONCURRENCY: '1' } });
});
afterAll(async () => {
  await farm[Symbol.asyncDispose]();
  await outside[Symbol.asyncDispose]();
});
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(farm.logTails())));

describe('a recipe', () => {
  test('finds no secret of the worker in any environment it can reach', async () => {
    const { log, detail } = await play('environments', {
      test: `env; for each in /proc/[0-9]*; do echo "== $each"; tr '\\0' '\\n' <"$each/environ"; done 2>/dev/null`,
    });
    expect(log).toContain('== /proc/1\n'); // It really did look, at what started it too.
    expect(log).toContain('CRAFTING_JOB_ID=');
    if (detail.attempts[0]?.containment !== 'pid_namespace') return expectNoSecret(ownPartOf(log));
    expectNoSecret(log);
    expect(log).not.toContain(`== /proc/${farm.workers[0]!.pid}\n`);
  });

  test('sees none but its own processes where the kernel can hide the others', async () => {
    const { log, detail } = await play('processes', {
      test: `for each in /proc/[0-9]*; do tr '\\0' ' ' <"$each/cmdline"; echo; done; kill -0 ${farm.workers[0]!.pid} && echo reached; : CRAFTING_SAYS_SO`,
    });
    expect(log).toContain('CRAFTING_SAYS_SO'); // It really did look, at itself too.
    if (detail.attempts[0]?.containment !== 'pid_namespace') return;
    expect(log).not.toMatch(/main\.ts|^reached$/m);
  });

  test('inherits no file but its own input, output and errors', async () => {
    const { log } = await play('descriptors', { test: 'ls /proc/$$/fd; echo end' });
    expect(log).toBe('0\n1\n2\nend\n');
  });

  test.for([
    [
      'a link in the commit to a report',
      'touch -h junit.xml',
      (): Files => ({ 'junit.xml': { link: treasure } }),
    ],
    [
      'a link in the commit to a folder of reports',
      'touch -h reports',
      (): Files => ({ reports: { link: outside.path } }),
    ],
    [
      'a link that it makes itself',
      'ln -s "$OUTSIDE" reports; ln -s "$OUTSIDE/junit.xml" junit.xml',
      (): Files => ({}),
    ],
    ['a pipe for a report', 'mkfifo junit.xml results.sarif', (): Files => ({})],
    [
      'an entity in a report',
      `printf '<!DOCTYPE a [<!ENTITY e SYSTEM "file://%s/junit.xml">]><testsuite name="s" tests="1"><testcase name="t"><failure message="&e;">&e;</failure></testcase></testsuite>' "$OUTSIDE" > junit.xml`,
      (): Files => ({}),
    ],
    [
      'the place of a finding',
      `up=../../../../../../../..; printf '%s:1:1: error: boom\\n' "$up$OUTSIDE/junit.xml" "$OUTSIDE/junit.xml" ../../../etc/passwd`,
      (): Files => ({}),
    ],
  ] as const)('does not make the farm read outside of its tree by %s', async ([name, recipe, files]) => {
    const { log, findings, detail } = await play(name, { test: recipe }, files());
    expect(detail.job).toMatchObject({ status: 'passed' });
    expect(log + findings).not.toMatch(new RegExp(`${TREASURE}|root:x:0`));
    for (const { path } of JSON.parse(findings).findings) expect(path ?? '').not.toMatch(/^\/|\.\./);
  });

  test('does not make the farm run what it put into the configuration of its repository', async () => {
    await using repository = await makeRepository({ '.gitattributes': '* filter=evil\n', a: 'a\n' });
    const command = (name: string) => `touch ${outside.path}/ran-${name}; cat`;
    const settings = {
      'core.fsmonitor': command('fsmonitor'),
      'core.sshCommand': command('ssh'),
      'core.hooksPath': `${outside.path}/hooks`,
      'filter.evil.smudge': command('smudge'),
      'filter.evil.process': command('process'),
      'filter.evil.required': 'true',
      'credential.helper': `!${command('credential')}`,
      'core.pager': command('pager'),
      'remote.origin.uploadpack': command('uploadpack'),
    };
    const hook = `printf '#!/bin/sh\\ntouch ${outside.path}/ran-hook\\n' | tee .git/hooks/$name "$OUTSIDE/hooks/$name" >/dev/null`;
    const evil = [
      'pwd; mkdir -p .git/hooks "$OUTSIDE/hooks"',
      ...Object.entries(settings).map(([key, value]) => `git config ${key} '${value}'`),
      `for name in post-checkout post-index-change reference-transaction; do ${hook}; done`,
      'chmod -R +x .git/hooks "$OUTSIDE/hooks"',
      'echo "* filter=evil" > .git/info/attributes; git config --list > "$OUTSIDE/was-written"',
    ].join('\n');
    await registerWithOutside('configuration', repository, { test: evil });
    const first = await finish(await queueJob(farm.client, 'configuration'));
    expect(first.detail.job).toMatchObject({ status: 'passed' });
    repository.commit({ a: 'b\n', c: 'c\n' }); // So that git has files to write.
    await replaceRecipe('configuration', repository, 'pwd; cat a; git config --list; ls .git/hooks');
    const second = await finish(await queueJob(farm.client, 'configuration'));
    expect(second.log.split('\n', 2)).toEqual([first.log.trim(), 'b']); // The very same workspace.
    expect(second.log).not.toMatch(/evil|ran-|post-checkout/);
    const made = readdirSync(outside.path);
    expect(made).toContain('was-written');
    expect(made.filter((name) => name.startsWith('ran-'))).toEqual([]);
  });

  test('leaves nothing for the next job, however it fills its folders', async () => {
    await using repository = await makeRepository({ 'src/a.c': 'int a;\n', 'run.sh': 'true\n' });
    const look = `pwd; find "$HOME" "$TMPDIR" . -path ./.git -prune -o -printf '%p %y %m %s\\n' | sort; cat src/a.c run.sh; git status --short --ignored; git stash list; git tag; ls .git/hooks 2>&1`;
    const litter = [
      'mkdir -p "$HOME/.config/git" "$TMPDIR/a/b" src/deep/er; echo x > "$HOME/.profile"; echo x > "$HOME/.gitconfig"',
      'for i in $(seq 300); do echo $i > "$HOME/$i"; echo $i > "$TMPDIR/$i"; echo $i > src/deep/$i; done',
      'printf "int b;\\n" > src/new; touch -r src/a.c src/new; mv src/new src/a.c', // Same size, same time.
      'git update-index --assume-unchanged src/a.c; echo "src/*" >> .git/info/exclude; git tag left; chmod 777 run.sh',
      'ln -s / src/root; mkfifo src/pipe; printf x > "$(printf "src/\\\\377\\\\n-x")"',
      'chmod 000 src/deep/er "$TMPDIR/a" "$HOME/.config"; chmod 555 src',
    ].join('\n');
    await registerWithOutside('litter', repository, { test: look });
    const before = await finish(await queueJob(farm.client, 'litter'));
    await replaceRecipe('litter', repository, litter);
    expect((await finish(await queueJob(farm.client, 'litter'))).detail.job.status).toBe('passed');
    await replaceRecipe('litter', repository, look);
    const after = await finish(await queueJob(farm.client, 'litter'));
    expect(before.log).toContain('int a;');
    expect(after.log).toBe(before.log);
  });

  test('shows its declared secrets in no log, no stream and no finding', async () => {
    const { id, log, detail, findings } = await play('secrets', {
      test: `echo "src/a.c:1:1: error: $UPLOAD_TOKEN"; printf '%s' '${junit('REPLACE')}' | sed "s/REPLACE/$UPLOAD_TOKEN/" > junit.xml; exit 1`,
      env: { UPLOAD_TOKEN: TOKEN },
    });
    expect(detail.job).toMatchObject({ reason: 'exit', findings_count: 2 });
    const stream = (await ask(farm.baseUrl, `/jobs/${id}/log/stream`, farm)).text;
    // The last event shows the job, and with it the recipe as its owner declared it.
    const streamed = stream.split('\n\n').filter((event) => event.startsWith('event: log'));
    expect(streamed.join('\n')).toContain('src/a.c:1:1');
    for (const text of [log, detail.log_tail.join('\n'), streamed.join('\n'), findings]) {
      expect(text).toMatch(/error|failure/);
      expect(text).not.toContain(TOKEN);
    }
  });
});

describe('the farm', () => {
  test('takes no git URL of a local folder unless it is told to', async () => {
    await using strict = await startFarm({
      backend: 'postgres',
      workers: 0,
      settings: { CRAFTING_FILE_REMOTES: '0' },
    });
    for (const gitUrl of ['file:///etc', '/etc', 'FILE:///etc', 'file://localhost/etc', ' file:///etc']) {
      const body = projectBody('local', gitUrl, { test: 'true' });
      await expect(strict.client.call('registerProject', { body })).rejects.toMatchObject({
        problem: { code: 'git_url_refused' },
      });
    }
  });

  test('answers every wrong bearer alike, however near it comes', async () => {
    const last = farm.bearer.at(-1) === 'A' ? 'B' : 'A';
    const near = farm.bearer.slice(0, -1);
    const wrong = [
      `${near}${last}`,
      near,
      `${farm.bearer}A`,
      'x',
      'craft_',
      'x'.repeat(200),
      'x'.repeat(5_000),
    ];
    const answers = await Promise.all(wrong.map((bearer) => ask(farm.baseUrl, '/projects', { bearer })));
    const seen = answers.map(({ status, text, headers }) =>
      JSON.stringify([
        status,
        text,
        [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name)),
      ]),
    );
    expect(answers[0]!.status).toBe(401);
    expect(new Set(seen).size).toBe(1);
  });
});

type Played = { id: string; detail: JobDetail; log: string; findings: string };

/** One job of a project of its own, to its end. */
async function play(name: string, subproject: Partial<SubprojectInput>, files?: Files): Promise<Played> {
  await using repository = await makeRepository(files);
  const project = name.replaceAll(/[^a-z]+/g, '-');
  await registerWithOutside(project, repository, subproject);
  return await finish(await queueJob(farm.client, project)); // Awaited here: the repository is needed until then.
}

function registerWithOutside(
  project: string,
  { url }: Repository,
  subproject: Partial<SubprojectInput>,
): Promise<void> {
  const env = { OUTSIDE: outside.path, ...subproject.env };
  return register(farm.client, project, url, { ...subproject, env });
}

async function replaceRecipe(project: string, { url }: Repository, recipe: string): Promise<void> {
  const body = projectBody(project, url, { test: recipe, env: { OUTSIDE: outside.path } });
  await farm.client.call('replaceProject', { params: { name: project }, body });
}

async function finish(id: string): Promise<Played> {
  const detail = await ended(farm.client, id);
  const log = await farm.client.readLog(id);
  const findings = (await ask(farm.baseUrl, `/jobs/${id}/findings`, farm)).text;
  return { id, detail, log, findings };
}

function expectNoSecret(text: string): void {
  const passwords = [farm.databaseUrl, farm.redisUrl].flatMap((url) => (url ? [new URL(url).password] : []));
  const secrets = [CANARY.value, 'DATABASE_URL=', 'REDIS_URL=', farm.bearer, ...passwords.filter(Boolean)];
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
}

/** What `env` said, before the first of the others' environments. */
function ownPartOf(log: string): string {
  return log.slice(0, log.indexOf('== '));
}

function junit(text: string): string {
  return `<testsuite name="s" tests="1" failures="1"><testcase name="t"><failure message="${text}">${text}</failure></testcase></testsuite>`;
}
