import { randomUUID } from 'node:crypto';
import { createPostgresBackend, Queue, type JobsOptions } from 'bullmq';
import { Redis } from 'ioredis';
import type { Delivery, QueueBackend } from '@crafting-table/contracts/delivery';
import { postgresConnection, QUEUE_NAME, type QueueTarget } from './queue-target.ts';

/** The queue cannot be reached. What was to be delivered stays queued in Postgres and goes out later. */
export class QueueAway extends Error {
  override name = 'QueueAway';
}

export type OrderedDelivery = Delivery & {
  /** The queue's priority number, from 1: lower ones are taken first, equal ones in the order they were added. */
  turn: number;
};

export type Deliveries = AsyncDisposable & {
  readonly backend: QueueBackend;
  /** Adds deliveries; one that is still waiting or being worked on is not doubled. Throws QueueAway. */
  add(deliveries: OrderedDelivery[]): Promise<void>;
  /**
   * Adds deliveries whose jobs still wait. One that is being worked on did not help its job: whoever took it may be dead
   * or frozen, or have spent it on another job of the project. It gets a successor, which is not doubled either. Throws
   * QueueAway.
   */
  addAgain(deliveries: OrderedDelivery[]): Promise<void>;
  /** Deliveries nobody has taken yet. Throws QueueAway. */
  countWaiting(): Promise<number>;
  /** Changes when the queue lost its memory or may have lost a part of it. Throws QueueAway. */
  incarnation(): Promise<string>;
};

const ANSWER_MS_MAX = 1000;
/** Bounds the looks for a delivery that is still to be taken. So many workers do not die over one job by accident. */
const SUCCESSORS_MAX = 10;

/** Retries are decided in Postgres, so a delivery is tried once and leaves no trace. */
const DELIVERY_OPTIONS: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/** Opens the sending side of the queue. It succeeds while the queue is away and works as soon as that is back. */
export function openDeliveries(target: QueueTarget): Deliveries {
  return target.backend === 'redis' ? openOnRedis(target) : openOnPostgres(target);
}

function openOnRedis(target: QueueTarget): Deliveries {
  // Without these two options a command would wait for ever while Redis is down, and a POST with it.
  const redis = new Redis(target.url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    retryStrategy: (tries) => Math.min(tries * 50, 500),
  });
  redis.on('error', () => {}); // It reconnects by itself; callers get QueueAway meanwhile.
  const incarnationKey = `${target.prefix}:incarnation`;
  let queue: Queue | undefined;
  // Built once Redis answers: a Queue built while it is down never recovers.
  const ready = (): Queue => {
    if (redis.status !== 'ready') throw new QueueAway(`Redis is ${redis.status}`);
    queue ??= silence(
      new Queue(QUEUE_NAME, {
        connection: redis,
        prefix: target.prefix,
        defaultJobOptions: DELIVERY_OPTIONS,
      }),
    );
    return queue;
  };
  return {
    backend: 'redis',
    add: (deliveries) => answering(async () => addAll(ready(), deliveries)),
    addAgain: (deliveries) => answering(async () => addAllAgain(ready(), deliveries)),
    countWaiting: () => answering(async () => countWaiting(ready())),
    incarnation: () =>
      answering(async () => {
        ready();
        await redis.set(incarnationKey, randomUUID(), 'NX');
        const [mark, info] = await Promise.all([redis.get(incarnationKey), redis.info('server')]);
        return `${mark}/${/^run_id:(\w+)/m.exec(info)?.[1]}`;
      }),
    async [Symbol.asyncDispose]() {
      await queue?.close().catch(() => {}); // Redis may be away; there is nothing to lose in closing.
      redis.disconnect();
    },
  };
}

function openOnPostgres(target: QueueTarget): Deliveries {
  const options = { connection: postgresConnection(target, 4), defaultJobOptions: DELIVERY_OPTIONS };
  let queue: Queue | undefined;
  // A Queue that could not begin, because Postgres was away or its schema not there yet, never recovers: it is built at
  // the first call, and anew after one that found it unusable.
  const ready = async (): Promise<Queue> => {
    // The two backends differ in a type parameter that nothing here depends on.
    const opening = (queue ??= silence(
      new Queue(QUEUE_NAME, options, createPostgresBackend) as unknown as Queue,
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
    backend: 'postgres',
    add: (deliveries) => answering(async () => addAll(await ready(), deliveries)),
    addAgain: (deliveries) => answering(async () => addAllAgain(await ready(), deliveries)),
    countWaiting: () => answering(async () => countWaiting(await ready())),
    incarnation: async () => 'postgres',
    [Symbol.asyncDispose]: async () => queue?.close().catch(() => {}), // As above.
  };
}

async function addAll(queue: Queue, deliveries: OrderedDelivery[]): Promise<void> {
  await addNamed(
    queue,
    deliveries.map((delivery) => ({ id: idOf(delivery), delivery })),
  );
}

async function addAllAgain(queue: Queue, deliveries: OrderedDelivery[]): Promise<void> {
  const named = deliveries.map(async (delivery) => ({ id: await findUntakenId(queue, delivery), delivery }));
  await addNamed(queue, await Promise.all(named));
}

/** The id of the delivery itself, or of the first of its successors that nobody works on. */
async function findUntakenId(queue: Queue, delivery: OrderedDelivery): Promise<string> {
  let id = idOf(delivery);
  for (let successor = 1; successor <= SUCCESSORS_MAX; successor++) {
    if ((await queue.getJobState(id)) !== 'active') break;
    id = `${idOf(delivery)}.${successor}`;
  }
  return id;
}

async function addNamed(queue: Queue, named: { id: string; delivery: OrderedDelivery }[]): Promise<void> {
  if (named.length === 0) return;
  await queue.addBulk(
    named.map(({ id, delivery: { job_id, attempt, turn } }) => ({
      name: 'attempt',
      data: { job_id, attempt },
      opts: { ...DELIVERY_OPTIONS, jobId: id, priority: turn },
    })),
  );
}

function idOf({ job_id, attempt }: OrderedDelivery): string {
  return `${job_id}.${attempt}`;
}

async function countWaiting(queue: Queue): Promise<number> {
  return queue.getJobCountByTypes('waiting', 'prioritized', 'delayed');
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
  queue.on('error', () => {}); // The same error reaches the caller of add().
  return queue;
}
