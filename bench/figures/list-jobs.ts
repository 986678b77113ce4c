import { createClient } from '@crafting-table/client/create-client';
import { JOB_STATUSES, RECIPES } from '@crafting-table/contracts/words';
import { startFarm, type BenchFarm } from '../farm.ts';
import type { Bench, Figure } from '../figure.ts';
import { register } from '../jobs.ts';
import { insertManyJobs } from '../load/many-jobs.ts';
import { makeRepository, type Repository } from '../repository.ts';
import { openRequests, type Requests } from '../requests.ts';
import { percentile } from '../statistics.ts';

const AIM_MS = 10;
const WARM_UP = 50;
/** After this long there are no further requests. */
const ENOUGH_MS = 30_000;
const OWNERS = ['anna', 'bert', 'cleo'];
const PROJECTS_EACH = 7;
const FILTERED_PROJECT = 'of-anna-3';
/** A prime, so that every combination has its turn. */
const STRIDE = 37;

/** Every filter there is, on a database that has kept a million jobs, against the same requests on an empty one. */
export const listJobs: Figure = {
  name: 'list-jobs',
  floor: 'the same requests with no job at all',
  aim: `p99 below ${AIM_MS} ms`,
  async measure(bench) {
    const jobs = bench.isQuick ? 50_000 : 1_000_000;
    const requests = bench.isQuick ? 300 : 1_000;
    const farm = await startFarm(bench, { workers: 0 });
    const repository = makeRepository(bench.folder, 1);
    const owners: Requests[] = [];
    for (const owner of OWNERS) owners.push(await mintOwner(bench, farm, owner, repository));
    const readers = [farm.requests, owners[0]!]; // An admin, who sees all, and the owner of what is filtered.
    const empty = await measureRequests(readers, paths([]), requests);
    bench.tell(`with no job p50 ${percentile(empty.latencies, 0.5).toFixed(1)} ms; inserting ${jobs} jobs`);
    const ids = await insertManyJobs(farm.databaseUrl, jobs);
    const { latencies, slowest } = await measureRequests(readers, paths(ids), requests);
    bench.tell(`slowest: ${slowest}`);
    const p99 = percentile(latencies, 0.99);
    const floor = percentile(empty.latencies, 0.99);
    const label = `GET /jobs with ${jobs} jobs`;
    return [
      {
        label: `${label}, p50`,
        value: percentile(latencies, 0.5),
        floor: percentile(empty.latencies, 0.5),
        unit: 'ms',
        isMet: null,
      },
      { label: `${label}, p99`, value: p99, floor, unit: 'ms', isMet: p99 < AIM_MS },
    ];
  },
};

/** A token with projects of its own; gives back requests in its name. */
async function mintOwner(
  bench: Bench,
  farm: BenchFarm,
  name: string,
  repository: Repository,
): Promise<Requests> {
  const { bearer } = await farm.client.call('mintToken', { body: { name } });
  const client = createClient({ baseUrl: farm.baseUrl, bearer });
  for (let number = 1; number <= PROJECTS_EACH; number++) {
    await register({ client }, `of-${name}-${number}`, repository, 'true');
  }
  const requests = openRequests({ baseUrl: farm.baseUrl, bearer });
  bench.own({ [Symbol.asyncDispose]: async () => requests[Symbol.dispose]() });
  return requests;
}

/** All combinations of all filters, each from the newest job on and from each of the given ones on. */
function paths(ids: string[]): string[] {
  const each = <T>(values: readonly T[]) => [undefined, ...values];
  const found: string[] = [];
  for (const project of each([FILTERED_PROJECT]))
    for (const status of each(JOB_STATUSES))
      for (const recipe of each(RECIPES))
        for (const cursor of each(ids.map(cursorAt))) found.push(pathOf({ project, status, recipe, cursor }));
  return found;
}

function pathOf(filter: Record<string, string | undefined>): string {
  const given = Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return `/jobs?${new URLSearchParams(given)}`;
}

/** Clients get cursors from the page before; nobody could turn pages down to here within the time. */
function cursorAt(id: string): string {
  return Buffer.from(`jobs:${id}`).toString('base64url');
}

/** One after the other, each reader with each path, in an order that jumps about. */
async function measureRequests(
  readers: Requests[],
  paths: string[],
  count: number,
): Promise<{ latencies: number[]; slowest: string }> {
  const all = readers.flatMap((reader) => paths.map((path) => ({ reader, path })));
  const latencies: number[] = [];
  let slowest = { ms: 0, path: '' };
  const enoughAt = performance.now() + ENOUGH_MS;
  for (let number = 0; number < WARM_UP + count; number++) {
    if (latencies.length > 0 && performance.now() > enoughAt) break; // So slow that fewer tell it as well.
    const { reader, path } = all[(number * STRIDE) % all.length]!; // The rest of a division is a place in it.
    const sentAt = performance.now();
    const { status, text } = await reader.get(path);
    const ms = performance.now() - sentAt;
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
    if (number < WARM_UP) continue;
    latencies.push(ms);
    if (ms > slowest.ms) slowest = { ms, path };
  }
  return { latencies, slowest: `${slowest.ms.toFixed(1)} ms, ${slowest.path}` };
}
