// What a recipe sees and reaches of the farm around it, told by recipes that look. What each level of containment promises
// stands in docs/containment.md; only that is asserted. Where recipes run as root they could undo it on purpose, and none
// here tries that.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ended, logSays, projectBody, queueJob, register } from './farm-calls.ts';
import { BACKENDS, startFarm, type FarmUnderTest, type Worker } from './farm-under-test.ts';
import { makeRepository, type Repository } from './git-fixture.ts';
import { makeGate } from './make-gate.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Stands in files that are nobody's business but their owner's. */
const TREASURE = 'treasure-of-somebody-else';
const BURY = `for each in . "$HOME" "$TMPDIR" "$XDG_CACHE_HOME"; do mkdir -p "$each"; echo ${TREASURE} > "$each/treasure"; done`;

let farm: FarmUnderTest;
let worker: Worker;
let repository: Repository;
/** Whether this worker hides folders; where it cannot, that is not promised. */
let hides: boolean;
beforeAll(async () => {
  repository = await makeRepository({ a: 'a\n' });
  farm = await startFarm({ backend: BACKENDS[0]!, settings: { CRAFTING_CONCURRENCY: '2' } });
  worker = farm.workers[0]!;
  const { containment, starts } = await worker.logged('ready');
  hides = containment === 'pid_namespace' && starts === 'fork_server';
  // Where `npm start` keeps them, when worker and stores share a folder.
  for (const place of ['admin-bearer.txt', 'postgres/password', 'redis/password']) {
    mkdirSync(join(worker.dataDir, place, '..'), { recursive: true });
    writeFileSync(join(worker.dataDir, place), TREASURE);
  }
});
afterAll(async () => {
  await farm[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
});
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(farm.logTails())));

test('the worker says in its log what it hides', async () => {
  expect((await worker.logged('ready'))['hides']).toEqual(hides ? [worker.dataDir] : []);
});

test('the workspace, the home and the cache of another project are seen neither beside it nor after it', async () => {
  await using gate = await makeGate();
  await register(farm.client, 'keeper', repository.url, { test: `${BURY}; pwd; ${gate.recipe}` });
  const look = `find "$DATA" | sort; grep -rs --text ${TREASURE.replace('t', '[t]')} "$DATA" /proc/[0-9]*/environ | sed 's/^/found /'; cat "$DATA/admin-bearer.txt"; echo looked`;
  await register(farm.client, 'prowler', repository.url, { test: look, env: { DATA: worker.dataDir } });
  const keeper = await queueJob(farm.client, 'keeper');
  await logSays(farm.client, keeper, 'ready');
  const tree = (await farm.client.readLog(keeper)).split('\n')[0]!;
  expect(readFileSync(join(tree, 'treasure'), 'utf8')).toContain(TREASURE); // There is something to be seen.

  const beside = await play('prowler');
  gate.open();
  await ended(farm.client, keeper);
  const after = await play('prowler');
  for (const log of [beside, after]) {
    expect(log).toContain('looked\n');
    if (!hides) continue;
    expect(log).not.toContain(TREASURE);
    expect(log).not.toContain('treasure');
    expect(log).not.toContain(tree);
    const below = (folder: string) =>
      new Set(log.match(new RegExp(`(?<=^${worker.dataDir}/${folder}/)[^/\n]+`, 'gm')));
    expect(below('caches').size).toBe(1);
    expect(below('mirrors').size).toBe(1);
    expect(below('workspaces/[^/\\n]+').size).toBe(1);
  }
});

test('its own cache is there for the next job of the same project', async () => {
  await register(farm.client, 'saver', repository.url, { test: BURY });
  await play('saver');
  await replaceRecipe(
    farm,
    'saver',
    'cat "$XDG_CACHE_HOME/treasure"; git log --oneline | wc -l; git fetch -q && echo fetched',
  );
  expect(await play('saver')).toBe(`${TREASURE}\n1\nfetched\n`);
});

test('the process of the worker is out of reach by its number', async () => {
  const parts = ['environ', 'mem', 'maps', 'cmdline', 'fd', 'root', 'cwd', 'task'];
  const tries = parts.map((part) => `ls -d "/proc/$WORKER/${part}" && echo reached ${part}`);
  const others = `ls /proc/[0-9]*/fd/* -l | grep -E 'socket:|pipe:|postgres|redis' | grep -v -- "-> $(readlink /proc/$$/fd/1)$" | grep -v "/$$/"`;
  const test = `exec 2>/dev/null; ${tries.join('; ')}; kill -0 "$WORKER" && echo reached by signal; readlink /proc/$$/fd/0 /proc/$$/fd/3; ${others}; echo looked`;
  await register(farm.client, 'spy', repository.url, { test, env: { WORKER: String(worker.pid) } });
  const log = await play('spy');
  expect(log).toMatch(/^looked$/m);
  expect(log).not.toMatch(hides ? /reached|postgres|redis/ : /postgres|redis/);
});

test('the mirror cannot be written to where it is hidden, and lies open where it is not', async () => {
  const mirror = `$(dirname "$(tr -d '"' < .git/objects/info/alternates)")`;
  const write = `m="${mirror}"; test -d "$m/objects" && echo there; echo x > "$m/config" || echo refused; echo x > "$m/objects/x" || echo refused; rm -rf "$m"/objects/* || echo refused`;
  await register(farm.client, 'vandal', repository.url, { test: `exec 2>/dev/null; ${write}` });
  expect(await play('vandal')).toBe(`there\n${hides ? 'refused\n'.repeat(3) : ''}`);
});

// The weakest level, on which the mirror of a recipe's project lies open to it.
test('the farm does not run what a recipe wrote into the configuration of its mirror', async () => {
  await using outside = await temporaryFolder('outside');
  await using open = await startFarm({ backend: BACKENDS[0]!, settings: { CRAFTING_CONTAINMENT: 'marker' } });
  const settings = {
    [`remote.${repository.url}.uploadpack`]: `touch ${outside.path}/ran-uploadpack; git-upload-pack`,
    'core.sshCommand': `touch ${outside.path}/ran-ssh;`,
    'core.fsmonitor': `touch ${outside.path}/ran-fsmonitor;`,
    'core.askPass': `touch ${outside.path}/ran-askpass;`,
    'core.hooksPath': `${outside.path}/hooks`,
    'core.alternateRefsCommand': `touch ${outside.path}/ran-alternates;`,
    'protocol.ext.allow': 'always',
  };
  const evil = [
    `m="$(dirname "$(tr -d '"' < .git/objects/info/alternates)")"`,
    ...Object.entries(settings).map(([key, value]) => `git config --file "$m/config" '${key}' '${value}'`),
    'echo "$PWD/.git/objects" > "$m/objects/info/alternates"',
    `mkdir -p "$m/hooks" ${outside.path}/hooks`,
    `for hook in "$m/hooks" ${outside.path}/hooks; do printf '#!/bin/sh\\ntouch ${outside.path}/ran-hook\\n' > "$hook/reference-transaction"; chmod +x "$hook/reference-transaction"; done`,
    `git config --file "$m/config" --list > ${outside.path}/was-written`,
  ].join('\n');
  await register(open.client, 'mirror', repository.url, { test: evil });
  const first = await ended(open.client, await queueJob(open.client, 'mirror'));
  expect(first.job).toMatchObject({ status: 'passed' });
  expect(readFileSync(join(outside.path, 'was-written'), 'utf8')).toContain('core.hookspath');
  repository.commit({ a: 'b\n' }); // So that there is something to fetch.
  await replaceRecipe(open, 'mirror', 'cat a');
  const second = await queueJob(open.client, 'mirror');
  await ended(open.client, second);
  expect(await open.client.readLog(second)).toBe('b\n');
  for (const name of ['uploadpack', 'ssh', 'fsmonitor', 'askpass', 'alternates', 'hook']) {
    expect([name, existsSync(join(outside.path, `ran-${name}`))]).toEqual([name, false]);
  }
});

async function play(project: string): Promise<string> {
  const id = await queueJob(farm.client, project);
  await ended(farm.client, id);
  return farm.client.readLog(id);
}

async function replaceRecipe({ client }: FarmUnderTest, project: string, recipe: string): Promise<void> {
  const body = projectBody(project, repository.url, { test: recipe });
  await client.call('replaceProject', { params: { name: project }, body });
}
