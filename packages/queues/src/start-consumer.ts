import { createPostgresBackend, Worker, type Job, type WorkerOptions } from 'bullmq';
import { Redis } from 'ioredis';
import { Delivery } from '@crafting-table/contracts/delivery';
import { postgresConnection, QUEUE_NAME, type QueueTarget } from './queue-target.ts';

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
  const { worker, close } =
    target.backend === 'redis'
      ? consumeRedis(target, process, options)
      : consumePostgres(target, process, options);
  worker.on('error', onError);
  return {
    pause: () => worker.pause(true),
    resume: () => worker.resume(),
    get paused() {
      return worker.isPaused();
    },
    [Symbol.asyncDispose]: close,
  };
}

type Consuming = { worker: Worker; close: () => Promise<void> };

function consumeRedis(
  target: QueueTarget,
  process: (job: Job) => Promise<void>,
  options: Omit<WorkerOptions, 'connection'>,
): Consuming {
  const redis = new Redis(target.url, {
    maxRetriesPerRequest: null, // BullMQ asks for it: a blocking command must outlive a restart of Redis.
    retryStrategy: (tries) => Math.min(tries * 50, 1000),
  });
  redis.on('error', () => {}); // Told once by BullMQ's own error event.
  const worker = new Worker(QUEUE_NAME, process, { ...options, connection: redis });
  const close = async () => {
    await worker.close(true); // By force, or it would wait for a Redis that is away.
    redis.disconnect();
  };
  return { worker, close };
}

function consumePostgres(
  target: QueueTarget,
  process: (job: Job) => Promise<void>,
  options: Omit<WorkerOptions, 'connection'>,
): Consuming {
  const connection = postgresConnection(target, 4);
  // The two backends differ in a type parameter that nothing here depends on.
  const worker = new Worker(
    QUEUE_NAME,
    process,
    { ...options, connection },
    createPostgresBackend,
  ) as unknown as Worker;
  // Not by force: that would let its wait for the next delivery run out first, which takes up to `drainDelay`.
  return { worker, close: () => worker.close() };
}
