// The sending side of one BullMQ queue, on either backend.
import { createPostgresBackend, Queue, type QueueOptions } from 'bullmq';
import { Redis } from 'ioredis';
import { postgresConnection, type QueueTarget } from './queue-target.ts';

/** The queue cannot be reached. What was to be sent stays in Postgres and goes out later. */
export class QueueAway extends Error {
  override name = 'QueueAway';
}

export type OpenQueue = AsyncDisposable & {
  /** Asks the queue something. Throws QueueAway when it does not answer in a second. */
  ask<T>(question: (queue: Queue) => Promise<T>): Promise<T>;
  /** As `ask`, but of the Redis behind it; null where Postgres carries the queue. */
  askRedis: (<T>(question: (redis: Redis) => Promise<T>) => Promise<T>) | null;
};

const ANSWER_MS_MAX = 1000;

type Options = Pick<QueueOptions, 'defaultJobOptions' | 'settings'>;

/** Succeeds while the queue is away; it works as soon as that is back. */
export function openQueue(target: QueueTarget, name: string, options: Options): OpenQueue {
  return target.backend === 'redis'
    ? openOnRedis(target, name, options)
    : openOnPostgres(target, name, options);
}

function openOnRedis(target: QueueTarget, name: string, options: Options): OpenQueue {
  // Without these two options a command would wait for ever while Redis is down, and a POST with it.
  const redis = new Redis(target.url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    retryStrategy: (tries) => Math.min(tries * 50, 500),
  });
  redis.on('error', () => {}); // It reconnects by itself; callers get QueueAway meanwhile.
  let queue: Queue | undefined;
  // Built once Redis answers: a Queue built while it is down never recovers.
  const ready = (): Queue => {
    if (redis.status !== 'ready') throw new QueueAway(`Redis is ${redis.status}`);
    queue ??= silence(new Queue(name, { connection: redis, prefix: target.prefix, ...options }));
    return queue;
  };
  return {
    ask: (question) => answering(async () => question(ready())),
    askRedis: (question) =>
      answering(async () => {
        ready();
        return question(redis);
      }),
    async [Symbol.asyncDispose]() {
      await queue?.close().catch(() => {}); // Redis may be away; there is nothing to lose in closing.
      redis.disconnect();
    },
  };
}

function openOnPostgres(target: QueueTarget, name: string, options: Options): OpenQueue {
  const connected = { connection: postgresConnection(target, 4), ...options };
  let queue: Queue | undefined;
  // A Queue that could not begin, because Postgres was away or its schema not there yet, never recovers: it is built at
  // the first call, and anew after one that found it unusable.
  const ready = async (): Promise<Queue> => {
    // The two backends differ in a type parameter that nothing here depends on.
    const opening = (queue ??= silence(
      new Queue(name, connected, createPostgresBackend) as unknown as Queue,
    ));
    try {
      await opening.waitUntilReady();
    } catch (error) {
      if (queue === opening) queue = undefined;
      void opening.close().catch(() => {}); // It holds nothing that could be lost.
      throw error;
    }
    return opening;
  };
  return {
    ask: (question) => answering(async () => question(await ready())),
    askRedis: null,
    [Symbol.asyncDispose]: async () => queue?.close().catch(() => {}), // As above.
  };
}

async function answering<T>(ask: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new QueueAway(`no answer within ${ANSWER_MS_MAX} ms`)), ANSWER_MS_MAX);
  });
  try {
    return await Promise.race([ask(), tooLate]);
  } catch (cause) {
    if (cause instanceof QueueAway) throw cause;
    throw new QueueAway('the queue refused', { cause });
  } finally {
    clearTimeout(timer);
  }
}

function silence(queue: Queue): Queue {
  queue.on('error', () => {}); // The same error reaches the caller.
  return queue;
}
