// examples/monitoring as it stands there, in a real Prometheus that scrapes a real farm. Exists where the machine has one.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnBound, stopChild } from '@crafting-table/dev-services/bound-child';
import { choosePort } from '@crafting-table/dev-services/choose-port';
import { findPrometheus } from '@crafting-table/dev-services/prometheus';
import { expect, test } from 'vitest';
import { ended, queueJob, reaches, register } from './farm-calls.ts';
import { BACKENDS, startFarm } from './farm-under-test.ts';
import { makeRepository } from './git-fixture.ts';
import { makeGate } from './make-gate.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

const EXAMPLES = fileURLToPath(new URL('../../../examples/monitoring/', import.meta.url));
const programs = await findPrometheus();
/** Leases that end within seconds. */
const SETTINGS = {
  CRAFTING_LEASE_SECS: '3',
  CRAFTING_RENEW_SECS: '0.5',
  CRAFTING_LOST_GRACE_SECS: '1',
  CRAFTING_SWEEP_SECS: '0.25',
};
const SCRAPED_MS = 30_000;

type Panel = { title: string; targets?: { expr: string }[] };
type RuleState = { name: string; health: string; state: string; alerts: { labels: object }[] };

if (programs !== undefined) {
  test('Prometheus scrapes a farm, answers every question of the dashboard, and says when a worker is lost', async () => {
    await using repository = await makeRepository();
    await using gate = await makeGate();
    await using farm = await startFarm({ backend: BACKENDS[0]!, settings: SETTINGS, expectsTrouble: true });
    await using prometheus = await startPrometheus(programs.server, new URL(farm.baseUrl).host);
    await register(farm.client, 'watched', repository.url, { test: gate.recipe, build: 'echo built' });
    await until(
      'the farm is scraped',
      async () => (await prometheus.query('crafting_jobs_ended_total')).length > 0,
      SCRAPED_MS,
    );
    await ended(farm.client, await queueJob(farm.client, 'watched', { recipe: 'build' }));
    const lost = await queueJob(farm.client, 'watched');
    await reaches(farm.client, lost, 'running');

    const { panels } = JSON.parse(await readFile(`${EXAMPLES}grafana-dashboard.json`, 'utf8'));
    const unanswered = new Set(
      (panels as Panel[]).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)), // Written beside its test.
    );
    expect(unanswered.size).toBeGreaterThan(20);
    const asked = async () => {
      for (const expr of unanswered) if ((await prometheus.query(expr)).length > 0) unanswered.delete(expr);
      return unanswered.size === 0;
    };
    await until('every panel shows something', asked, SCRAPED_MS).catch(() => {}); // What is missing is said below.
    expect([...unanswered]).toEqual([]);

    const before = await prometheus.rules();
    expect(before.length).toBeGreaterThan(15);
    expect(before.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect(before.filter(({ state }) => state === 'firing')).toEqual([]);
    await farm.workers[0]!.kill('SIGKILL');
    const alert = await until(
      'the lost worker is told',
      async () =>
        (await prometheus.rules()).find(({ name, state }) => name === 'WorkersLost' && state === 'firing'),
      SCRAPED_MS,
    );
    expect(alert.alerts).toMatchObject([{ labels: { recipe: 'test', severity: 'warning' } }]);
    gate.open();
  });
}

/** With the settings of the example, but for where the farm is and how often it is looked at. */
async function startPrometheus(program: string, target: string) {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryFolder('prometheus'));
  await mkdir(join(folder.path, 'data'));
  await cp(`${EXAMPLES}alerts.yml`, join(folder.path, 'alerts.yml'));
  const settings = (await readFile(`${EXAMPLES}prometheus.yml`, 'utf8'))
    .replace('127.0.0.1:8810', target)
    .replace('scrape_interval: 15s', 'scrape_interval: 1s\n  evaluation_interval: 1s');
  expect(settings).toContain(target);
  await writeFile(join(folder.path, 'prometheus.yml'), settings);
  const port = await choosePort();
  const child = spawnBound({
    command: program,
    args: [
      `--config.file=${join(folder.path, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder.path, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    deathSignal: 'SIGTERM',
    env: {},
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  started.defer(() => stopChild(child, [{ signal: 'SIGTERM', waitMs: 10_000 }]));
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    const { status, data, error } = JSON.parse(await answer.text());
    expect({ path, status, error }).toEqual({ path, status: 'success', error: undefined });
    return data;
  };
  await until('Prometheus answers', () => ask('status/buildinfo').catch(() => false), SCRAPED_MS);
  const stop = started.move();
  return {
    query: async (expr: string): Promise<unknown[]> =>
      (await ask(`query?query=${encodeURIComponent(expr)}`)).result,
    rules: async (): Promise<RuleState[]> =>
      (await ask('rules?type=alert')).groups.flatMap(({ rules }: { rules: RuleState[] }) => rules),
    [Symbol.asyncDispose]: () => stop.disposeAsync(),
  };
}
