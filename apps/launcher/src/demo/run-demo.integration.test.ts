// The demo against a stand-in for the API that answers as the contracts say.
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '@crafting-table/dev-services/stand-ins/temporary-folder';
import { ProjectBody } from '@crafting-table/contracts/project';
import { runDemo } from './run-demo.ts';

const NEVER = new AbortController().signal;
const ID = '0b8f2c1e-5b1a-4d0e-9f3a-1c2d3e4f5a6b';

test('an empty farm gets the project, and its jobs are followed to their end', async () => {
  await using api = await standInApi();
  const lines = await runOn(api);
  expect(ProjectBody.parse(api.bodies[0])).toMatchObject({
    name: 'demo',
    git_url: expect.stringMatching(/^file:/),
  });
  expect(api.bodies.slice(1)).toEqual([
    { recipe: 'all', subproject: 'greeter' },
    { recipe: 'all', subproject: 'packer' },
  ]);
  expect(lines.filter((line) => line.startsWith('demo: greeter'))).toEqual([
    'demo: greeter test: queued',
    'demo: greeter test: running',
    'demo: greeter test: failed (exit code 1)',
  ]);
  expect(lines.findLast((line) => line.startsWith('  ferry (go) '))).toContain('lacks its toolchain');
  expect(lines.at(-1)).toContain('curl');
});

test('a farm with projects is left alone', async () => {
  await using api = await standInApi({ hasProjects: true });
  expect(await runOn(api)).toEqual([]);
  expect(api.bodies).toEqual([]);
});

test('a refusal is told and nothing worse', async () => {
  await using api = await standInApi({ bearer: 'another' });
  expect(await runOn(api)).toEqual([
    'demo: given up, the farm itself is fine: listProjects: 401 internal: no such bearer',
  ]);
});

async function runOn(api: { baseUrl: string }): Promise<string[]> {
  await using folder = await temporaryFolder();
  const lines: string[] = [];
  const bearerFile = join(folder.path, 'admin-bearer.txt');
  await writeFile(bearerFile, 'secret\n');
  const print = (line: string) => void lines.push(line);
  await runDemo({
    baseUrl: api.baseUrl,
    bearerFile,
    folder: join(folder.path, 'demo'),
    environment: { PATH: '/nowhere' },
    print,
    signal: NEVER,
  });
  return lines;
}

/** Each look at the job finds it one state further. */
async function standInApi({ hasProjects = false, bearer = 'secret' } = {}) {
  const bodies: unknown[] = [];
  const states = ['queued', 'running', 'failed'];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += piece;
    if (text !== '') bodies.push(JSON.parse(text));
    if (request.headers.authorization !== `Bearer ${bearer}`)
      return response.writeHead(401).end('no such bearer');
    return response.end(JSON.stringify(answerTo(`${request.method} ${request.url}`)));
  });
  const answerTo = (call: string): unknown => {
    if (call === 'GET /projects') return { projects: hasProjects ? [PROJECT] : [] };
    if (call === 'POST /projects') return PROJECT;
    if (call === 'POST /projects/demo/jobs')
      return { job_id: ID, status: 'queued', recipe: 'test', subproject: 'greeter' };
    return { job: { ...JOB, status: states.shift() }, attempts: [], log_tail: ['fail 1'] };
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // It listens on TCP.
  return {
    bodies,
    baseUrl: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const AT = '2026-01-01T00:00:00Z';
const PROJECT = {
  name: 'demo',
  owner: 'admin',
  git_url: 'file:///srv/demo',
  default_branch: 'main',
  languages: [],
  subprojects: [{ path: 'greeter', language: 'javascript', test: 'node --test' }],
  created_at: AT,
  updated_at: AT,
};
const JOB = {
  id: ID,
  project: 'demo',
  subproject: 'greeter',
  recipe: 'test',
  ref: 'main',
  sha: null,
  reason: 'exit',
  exit_code: 1,
  detail: null,
  attempt: 1,
  priority: 50,
  findings_count: 1,
  findings_summary: null,
  recipe_snapshot: {
    command: 'node --test',
    language: 'javascript',
    timeout_secs: 60,
    retry_on: [],
    env: {},
  },
  worker: null,
  queued_at: AT,
  claimed_at: null,
  started_at: null,
  finished_at: null,
  deadline_at: null,
  cancel_requested_at: null,
  timings: { queued_ms: null, prepared_ms: null, ran_ms: null },
};
