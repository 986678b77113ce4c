import type { Database } from '@crafting-table/database/connect';
import {
  forgetDispatch,
  markDispatched,
  pinCommit,
  type Undelivered,
} from '@crafting-table/database/jobs/dispatch-queries';
import type { Deliveries } from '@crafting-table/queues/open-deliveries';
import { resolveRef } from '@crafting-table/forges/resolve-ref';

export type Remote = { git_url: string; git_credentials: { username: string; password: string } | null };

export type Dispatcher = AsyncDisposable & {
  /**
   * Sends new jobs on their way in the background. When they name a ref of an HTTP remote, the commit it means now is
   * written down first. Whatever fails here is made good by the sweep and the worker.
   */
  dispatch(jobs: Undelivered[], refToPin: string | null, remote: Remote): void;
};

/** A forge slower than this does not hold a job up: the worker resolves the ref then. */
const RESOLVE_MS_MAX = 2000;

export function createDispatcher(
  db: Database,
  deliveries: Deliveries,
  onError: (error: unknown) => void,
): Dispatcher {
  const underway = new Set<Promise<void>>();
  let batch: Undelivered[] = [];

  const sendBatch = async (): Promise<void> => {
    const jobs = batch;
    batch = [];
    try {
      await send(deliveries, jobs);
    } catch (error) {
      onError(error);
      await forgetDispatch(db, idsOf(jobs)).catch(onError);
    }
  };
  // Requests that are answered in one turn of the event loop share one command to the queue.
  const enqueue = (jobs: Undelivered[]): Promise<void> => {
    const isFirst = batch.length === 0;
    batch.push(...jobs);
    return isFirst ? new Promise((resolve) => setImmediate(() => resolve(sendBatch()))) : Promise.resolve();
  };
  return {
    dispatch(jobs, refToPin, remote) {
      const sending = pinCommits(db, jobs, refToPin, remote)
        .catch(onError) // The worker finds the commit then.
        .then(() => enqueue(jobs))
        .finally(() => underway.delete(sending));
      underway.add(sending);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(underway);
    },
  };
}

/** Delivers queued jobs and writes that down. Throws QueueAway, and then nothing was written. */
export async function deliver(db: Database, deliveries: Deliveries, jobs: Undelivered[]): Promise<void> {
  await send(deliveries, jobs);
  await markDispatched(db, idsOf(jobs));
}

async function send(deliveries: Deliveries, jobs: Undelivered[]): Promise<void> {
  await deliveries.add(jobs.map(({ jobId, attempt, turn }) => ({ job_id: jobId, attempt, turn })));
}

async function pinCommits(
  db: Database,
  jobs: Undelivered[],
  ref: string | null,
  remote: Remote,
): Promise<void> {
  if (ref === null || !/^https?:/.test(remote.git_url)) return;
  const resolved = await resolveRef({
    url: remote.git_url,
    credentials: remote.git_credentials,
    ref,
    timeoutMs: RESOLVE_MS_MAX,
  });
  if ('sha' in resolved) await pinCommit(db, idsOf(jobs), resolved.sha);
}

function idsOf(jobs: Undelivered[]): string[] {
  return jobs.map((job) => job.jobId);
}
