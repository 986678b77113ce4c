// A worker whose host falls off the network while it works: nobody can tell it anything, and it can tell nobody.
import { ORPHANED_LINE } from '@crafting-table/contracts/words';
import type { Job } from '@crafting-table/contracts/job';
import { countExecutions } from '@crafting-table/e2e/count-executions';
import { ended, getJob, logSays, queueJob, register } from '@crafting-table/e2e/farm-calls';
import type { FarmUnderTest, Worker } from '@crafting-table/e2e/farm-under-test';
import { makeRepository } from '@crafting-table/e2e/git-fixture';
import { findRecipeProcesses } from '@crafting-table/e2e/process-search';
import { until } from '@crafting-table/e2e/until';
import { makePrivateNetwork } from '../private-network.ts';
import type { Scenario, Trial } from '../scenario.ts';

/** Seconds. `serverSecs`: by when the server has ended the job, from the start of its recipe. */
type Times = {
  timeoutSecs: number;
  serverSecs: number;
  leaseSecs: number;
  lostGraceSecs: number;
  settings: Record<string, string>;
};

/** The defaults of the farm. */
const FULL: Times = { timeoutSecs: 60, serverSecs: 90, leaseSecs: 30, lostGraceSecs: 15, settings: {} };
const SHORT: Times = {
  timeoutSecs: 5,
  serverSecs: 7,
  leaseSecs: 3,
  lostGraceSecs: 1,
  settings: {
    CRAFTING_LEASE_SECS: '3',
    CRAFTING_RENEW_SECS: '0.5',
    CRAFTING_LOST_GRACE_SECS: '1',
    CRAFTING_DEADLINE_GRACE_SECS: '1',
    CRAFTING_SWEEP_SECS: '0.25',
  },
};
const KILL_SECS = 10;
/** The kernel's TCP backs off to most of the outage before it tries again what a query has sent. */
const REPORT_MS = 150_000;
const END_MS = 120_000;
const TALK = 'echo ready; while :; do echo tick; sleep 0.2; done';

export const cutOffWorker: Scenario = {
  name: 'cut-off-worker',
  title: 'the network of a worker is cut (its own namespace, link down) while two of its jobs run',
  backends: ['redis', 'postgres'],
  async run(trial) {
    const times = trial.isShort ? SHORT : FULL;
    const repository = trial.use(await makeRepository());
    const executions = trial.use(await countExecutions());
    const farm = await trial.startFarm({ workers: 0, settings: times.settings });
    const network = trial.use(await makePrivateNetwork());
    const worker = await startInside(trial, farm, network);
    await register(farm.client, 'talking', repository.url, { test: `${executions.recipe}; ${TALK}` });
    // Its copy hears that it is one by no log that is refused: only by a lease that cannot be renewed.
    await register(farm.client, 'silent', repository.url, {
      test: `${executions.recipe}; echo ready; sleep 3600`,
    });
    const { timeoutSecs } = times;
    const limited = await queueJob(farm.client, 'talking', { timeout_secs: timeoutSecs });
    const endless = await queueJob(farm.client, 'silent', { timeout_secs: 3600 });
    for (const id of [limited, endless]) await logSays(farm.client, id, 'ready');

    await leaseOutlives(farm, limited, times);
    const logBefore = await farm.client.readLog(limited);
    network.cut();
    trial.tell('the link is down');

    const { job: late } = await ended(farm.client, limited, END_MS);
    const endedAfter = secondsBetween(late.started_at, late.finished_at);
    const serverSecsMax = times.serverSecs * trial.patience;
    trial.promise(
      `the server ends it within ${serverSecsMax} s of its start, limit ${timeoutSecs} s, with its worker in a network namespace whose link is down`,
      `${endedAfter.toFixed(1)} s, ${late.status}, ${late.reason}`,
      endedAfter <= serverSecsMax && late.reason === 'timeout',
    );
    const log = await farm.client.readLog(limited);
    const isKept = log.startsWith(logBefore) && log.includes('ended without its worker');
    trial.promise('its log so far is kept', `${log.length} of at least ${logBefore.length} bytes`, isKept);
    const own = findRecipeProcesses([`.${limited}.`]).length;
    trial.promise('the worker kept the time limit by itself', `${own} of its processes left`, own === 0);
    const { job: lost } = await ended(farm.client, endless, END_MS);
    const isLost =
      lost.reason === 'worker_lost' && (await farm.client.readLog(endless)).endsWith(`${ORPHANED_LINE}\n`);
    trial.promise('a job with time left is lost with its worker', `${lost.status}, ${lost.reason}`, isLost);

    const copies = () => findRecipeProcesses([`.${endless}.`]).length;
    if (copies() === 0) throw new Error('The worker ended the copy before it could hear that it is one.');
    const before = await pictureOf(farm, [limited, endless]);
    const restoredAt = performance.now();
    network.restore();
    trial.tell('the link is up again');
    await until('the copy is gone', () => copies() === 0, END_MS);
    const killedAfter = (performance.now() - restoredAt) / 1000;
    trial.promise(
      `the worker kills its own copy within ${KILL_SECS} s of the network’s return`,
      `${killedAfter.toFixed(1)} s`,
      killedAfter <= KILL_SECS,
    );
    const reports = await Promise.all([limited, endless].map((id) => supersededReport(farm, id)));
    const isSame = (await pictureOf(farm, [limited, endless])) === before;
    trial.promise(
      'what it reports late is kept as superseded and changes nothing else',
      `superseded: ${reports.join(', ')}; jobs and logs ${isSame ? 'as before' : 'changed'}`,
      isSame,
    );
    const next = await nextJob(farm, repository.url);
    const counted = (await executions.list()).toSorted().join();
    trial.promise(
      'each was executed once, and the worker goes on',
      `${counted.split(',').length} executions; the next job ${next.status} on ${next.worker}`,
      counted === [limited, endless].toSorted().join() &&
        next.status === 'passed' &&
        next.worker === worker.name,
    );
  },
};

/** Ended before its network is given back, so that it can say goodbye to the stores. */
async function startInside(
  trial: Trial,
  farm: FarmUnderTest,
  network: Awaited<ReturnType<typeof makePrivateNetwork>>,
): Promise<Worker> {
  const worker = await farm.addWorker(
    {
      CRAFTING_CONCURRENCY: '2',
      CRAFTING_DRAIN_SECS: '1',
      DATABASE_URL: await network.admit(farm.databaseUrl),
      ...(farm.redisUrl !== undefined && { REDIS_URL: await network.admit(farm.redisUrl) }),
    },
    network.entry,
  );
  trial.use({
    async [Symbol.asyncDispose]() {
      network.restore();
      await worker.stop();
    },
  });
  return worker;
}

/**
 * From here on the deadline comes before the end of the lease: cut off earlier, the job would be lost before it is late.
 * A worker renews its leases in the statement that says that it is alive.
 */
async function leaseOutlives(farm: FarmUnderTest, id: string, times: Times): Promise<void> {
  const { job } = await getJob(farm.client, id);
  const enoughAt =
    Date.parse(job.started_at ?? '') + (times.serverSecs - times.lostGraceSecs - times.leaseSecs) * 1000;
  await until(
    'the lease outlives the deadline',
    async () => {
      const { workers } = await farm.client.call('getHealth');
      return workers.some(({ seen_at }) => Date.parse(seen_at) > enoughAt);
    },
    times.timeoutSecs * 1000,
  );
}

async function supersededReport(farm: FarmUnderTest, id: string): Promise<string> {
  return until(
    `the worker has reported what became of ${id}`,
    async () => (await getJob(farm.client, id)).attempts[0]?.superseded?.reason,
    REPORT_MS,
  );
}

/** Everything of the jobs but what was superseded. */
async function pictureOf(farm: FarmUnderTest, ids: readonly string[]): Promise<string> {
  const pictures = ids.map(async (id) => {
    const { job, attempts } = await getJob(farm.client, id);
    const log = await farm.client.readLog(id);
    return { job, attempts: attempts.map((attempt) => ({ ...attempt, superseded: null })), log };
  });
  return JSON.stringify(await Promise.all(pictures));
}

async function nextJob(farm: FarmUnderTest, url: string): Promise<Job> {
  await register(farm.client, 'next', url, { test: 'true' });
  return (await ended(farm.client, await queueJob(farm.client, 'next'), END_MS)).job;
}

function secondsBetween(earlier: string | null, later: string | null): number {
  return (Date.parse(later ?? '') - Date.parse(earlier ?? '')) / 1000;
}
