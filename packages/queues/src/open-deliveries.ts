import { randomUUID } from 'node:crypto';
import type { JobsOptions, Queue } from 'bullmq';
import type { Delivery, QueueBackend } from '@crafting-table/contracts/delivery';
import { openQueue, QueueAway } from './open-queue.ts';
import { QUEUE_NAME, type QueueTarget } from './queue-target.ts';

export { QueueAway };

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

export type QueueState = {
  /** Deliveries nobody has taken yet. */
  waiting: number;
  /** Somebody told the queue to hand out nothing; the farm itself never does. */
  isPaused: boolean;
};

/** What people ask of the queue. */
export type QueueWatch = {
  readonly backend: QueueBackend;
  /** Throws QueueAway. */
  readState(): Promise<QueueState>;
};

/** Bounds the looks for a delivery that is still to be taken. So many workers do not die over one job by accident. */
const SUCCESSORS_MAX = 10;

/** Retries are decided in Postgres, so a delivery is tried once and leaves no trace. */
const DELIVERY_OPTIONS: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/** Opens the sending side of the queue. It succeeds while the queue is away and works as soon as that is back. */
export function openDeliveries(target: QueueTarget): Deliveries & QueueWatch {
  const { ask, askRedis, ...open } = openQueue(target, QUEUE_NAME, { defaultJobOptions: DELIVERY_OPTIONS });
  const incarnationKey = `${target.prefix}:incarnation`;
  return {
    backend: target.backend,
    add: (deliveries) => ask((queue) => addAll(queue, deliveries)),
    addAgain: (deliveries) => ask((queue) => addAllAgain(queue, deliveries)),
    countWaiting: () => ask(countWaiting),
    readState: () =>
      ask(async (queue) => {
        const [waiting, isPaused] = await Promise.all([countWaiting(queue), queue.isPaused()]);
        return { waiting, isPaused };
      }),
    incarnation: async () =>
      askRedis === null
        ? 'postgres'
        : askRedis(async (redis) => {
            await redis.set(incarnationKey, randomUUID(), 'NX');
            const [mark, info] = await Promise.all([redis.get(incarnationKey), redis.info('server')]);
            return `${mark}/${/^run_id:(\w+)/m.exec(info)?.[1]}`;
          }),
    ...open,
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
