import { setTimeout as delay } from 'node:timers/promises';
import { createPostgresBackend, Worker, type Job, type WorkerOptions } from 'bullmq';
import { Redis } from 'ioredis';
import { Delivery, TriggerDelivery } from '@crafting-table/contracts/delivery';
import { repeatBy, type NextTrigger } from './open-triggers.ts';
import { postgresConnection, QUEUE_NAME, TRIGGER_QUEUE_NAME, type QueueTarget } from './queue-target.ts';

export type Consumer = AsyncDisposable & {
  /** Takes no further deliveries; those at work go on. */
  pause(): Promise<void>;
  resume(): void;
  readonly paused: boolean;
};

export type ConsumerOptions = {
  target: QueueTarget;
  /** Deliveries worked on at once. */
  concurrency: number;
  /** Must be safe to call twice for one delivery. A rejection only ends the delivery: Postgres decides what follows. */
  handle: (delivery: Delivery) => Promise<void>;
  onError: (error: Error) => void;
};

/**
 * Starts taking deliveries. BullMQ's own stall detection is kept from re-running anything: a delivery whose lock is
 * lost is dropped, and the sweep delivers the job again if it is still queued.
 */
export function startConsumer({ target, concurrency, handle, onError }: ConsumerOptions): Consumer {
  const process = async (job: Job): Promise<void> => handle(Delivery.parse(job.data));
  const options: Omit<WorkerOptions, 'connection'> = {
    concurrency,
    prefix: target.prefix,
    lockDuration: 60_000,
    stalledInterval: 30_000,
    maxStalledCount: 0,
    drainDelay: 5,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  };
  return consume(target, QUEUE_NAME, process, { ...options, onError });
}

/**
 * Starts taking triggers, one at a time. `handle` must be safe to call twice for one, and late. Whatever it does not do, because
 * it was killed or the trigger never came, the sweep does.
 */
export function startTriggerConsumer(options: {
  target: QueueTarget;
  nextTrigger: NextTrigger;
  handle: (id: string) => Promise<void>;
  onError: (error: Error) => void;
}): Consumer {
  const process = async (job: Job): Promise<void> => options.handle(TriggerDelivery.parse(job.data).id);
  return consume(options.target, TRIGGER_QUEUE_NAME, process, {
    concurrency: 1,
    prefix: options.target.prefix,
    settings: repeatBy(options.nextTrigger),
    drainDelay: 5,
    onError: options.onError,
  });
}

type Process = (job: Job) => Promise<void>;
type Options = Omit<WorkerOptions, 'connection'> & Pick<ConsumerOptions, 'onError'>;

function consume(target: QueueTarget, name: string, process: Process, options: Options): Consumer {
  return target.backend === 'redis'
    ? consumeRedis(target, name, process, options)
    : consumePostgres(target, name, process, options);
}

/** Before another try to begin. */
const BEGIN_AGAIN_MS = 500;

function consumeRedis(
  target: QueueTarget,
  name: string,
  process: Process,
  { onError, ...options }: Options,
): Consumer {
  const redis = new Redis(target.url, {
    maxRetriesPerRequest: null, // BullMQ asks for it: a blocking command must outlive a restart of Redis.
    retryStrategy: (tries) => Math.min(tries * 50, 1000),
  });
  redis.on('error', () => {}); // Told once by BullMQ's own error event.
  const worker = new Worker(name, process, { ...options, connection: redis });
  worker.on('error', onError);
  return {
    pause: () => worker.pause(true),
    resume: () => worker.resume(),
    get paused() {
      return worker.isPaused();
    },
    async [Symbol.asyncDispose]() {
      await worker.close(true); // By force, or it would wait for a Redis that is away.
      redis.disconnect();
    },
  };
}

/**
 * A BullMQ worker that could not begin, because Postgres was away, slow or without its schema, never recovers; told to run
 * all the same, it asks again and again without a pause, and its process gets to nothing else any more. So each is told to
 * run only once it is ready, and replaced when it does not get there.
 */
function consumePostgres(
  target: QueueTarget,
  name: string,
  process: Process,
  { onError, ...options }: Options,
): Consumer {
  const connection = postgresConnection(target, 4);
  const closing = new AbortController();
  let paused = false;
  let worker: Worker | null = null;

  const begin = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      // The two backends differ in a type parameter that nothing here depends on.
      const candidate = new Worker(
        name,
        process,
        { ...options, connection, autorun: false },
        createPostgresBackend,
      ) as unknown as Worker;
      candidate.on('error', onError);
      try {
        await candidate.waitUntilReady();
        worker = candidate;
        if (paused) await worker.pause(true);
        void worker.run().catch(onError); // Not at all while it is paused or closed.
        return;
      } catch (cause) {
        onError(new Error('the consumer cannot begin', { cause }));
        void candidate.close().catch(() => {}); // It holds nothing that could be lost.
        await delay(BEGIN_AGAIN_MS, undefined, { signal: closing.signal }).catch(() => {});
      }
    }
  };
  const beginning = begin();
  return {
    async pause() {
      paused = true;
      await worker?.pause(true);
    },
    resume() {
      paused = false;
      worker?.resume();
    },
    get paused() {
      return paused;
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await beginning;
      await worker?.close(); // Not by force: that would let its wait for the next delivery run out first, up to `drainDelay`.
    },
  };
}
