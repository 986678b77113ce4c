// Clients that queue jobs one after the other and never give up: each POST has an Idempotency-Key and is sent again until
// there is an answer.
import { setTimeout as delay } from 'node:timers/promises';
import { ProblemError } from '@crafting-table/client/problem-error';
import type { FarmUnderTest } from '@crafting-table/e2e/farm-under-test';

export type Posts = AsyncDisposable & {
  /** Ids of jobs by the key they were asked for with. */
  accepted: ReadonlyMap<string, string>;
  /** How often a POST had to be sent again. */
  repeats(): number;
  /** The longest that a client waited for its answer, in ms. */
  longestMs(): number;
  /** Resolves once every POST that was begun has its answer. */
  end(): Promise<void>;
};

export type PostOptions = { project: string; clients: number; pauseMs: number; jobsMax: number };

const AGAIN_MS = 50;
const GIVE_UP_MS = 60_000;

export function postSteadily(farm: FarmUnderTest, options: PostOptions): Posts {
  const { project, clients, pauseMs, jobsMax } = options;
  const ending = new AbortController();
  const accepted = new Map<string, string>();
  let begun = 0;
  let repeats = 0;
  let longestMs = 0;

  const postOne = async (key: string) => {
    const startedAt = performance.now();
    for (;;) {
      try {
        accepted.set(key, await postJob(farm, project, key));
        longestMs = Math.max(longestMs, performance.now() - startedAt);
        return;
      } catch (fault) {
        const isRefused = fault instanceof ProblemError && fault.problem.status < 500;
        if (isRefused || performance.now() - startedAt > GIVE_UP_MS) throw fault;
        repeats += 1;
        await delay(AGAIN_MS);
      }
    }
  };
  const beClient = async () => {
    while (!ending.signal.aborted && begun < jobsMax) {
      begun += 1;
      await postOne(`${project}-${begun}`);
      await delay(pauseMs, undefined, { signal: ending.signal }).catch(() => {});
    }
  };
  const posting = Promise.all(Array.from({ length: clients }, beClient));
  posting.catch(() => {}); // end() tells of it.
  const end = async () => {
    ending.abort();
    await posting;
  };
  return {
    accepted,
    repeats: () => repeats,
    longestMs: () => longestMs,
    end,
    async [Symbol.asyncDispose]() {
      await end().catch(() => {}); // Whoever wants to know has asked before.
    },
  };
}

/** Queues the one job of a key, however often it is asked, and gives back its id. */
export async function postJob(farm: FarmUnderTest, project: string, key: string): Promise<string> {
  const created = await farm.client.call('createJob', {
    params: { name: project },
    body: { recipe: 'test' },
    headers: { 'idempotency-key': key },
  });
  if ('jobs' in created) throw new Error('one job was asked for');
  return created.job_id;
}
