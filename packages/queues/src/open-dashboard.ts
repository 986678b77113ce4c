// The queue dashboard: bull-board over the queues of the farm, on either backend.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { Queue } from 'bullmq';
import { openQueue } from './open-queue.ts';
import { QUEUE_NAME, TRIGGER_QUEUE_NAME, type QueueTarget } from './queue-target.ts';

type Handle = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

export type Dashboard = AsyncDisposable & {
  /** Pages, their parts and their API below the base path. Throws QueueAway. */
  handler(): Promise<Handle>;
};

export type DashboardOptions = {
  /** Where it is mounted: `/admin/queues`. */
  basePath: string;
  /** Where a browser logs out: `/logout`. */
  logoutPath: string;
  /** Nothing can be retried, removed or paused. */
  isReadOnly: boolean;
};

const DESCRIPTIONS: Record<string, string> = {
  [QUEUE_NAME]: 'One delivery for each attempt that is to be made; the jobs themselves are in Postgres.',
  [TRIGGER_QUEUE_NAME]: 'Schedules and the morning mail.',
};

/** Succeeds while the queue is away, and works once that is back. */
export function openDashboard(target: QueueTarget, options: DashboardOptions): Dashboard {
  const opened = [QUEUE_NAME, TRIGGER_QUEUE_NAME].map((name) => openQueue(target, name, {}));
  let board: { queues: Queue[]; handle: Handle } | null = null;
  return {
    async handler() {
      const queues = await Promise.all(opened.map(({ ask }) => ask(answer)));
      const isOutdated = board === null || queues.some((queue, index) => queue !== board?.queues[index]);
      if (board === null || isOutdated) board = { queues, handle: createBoard(queues, options) };
      return board.handle;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((queue) => queue[Symbol.asyncDispose]()));
    },
  };
}

/** The queue itself, once it has answered something. */
async function answer(queue: Queue): Promise<Queue> {
  await queue.getJobCountByTypes('active');
  return queue;
}

function createBoard(
  queues: readonly Queue[],
  { basePath, logoutPath, isReadOnly }: DashboardOptions,
): Handle {
  const serverAdapter = new ExpressAdapter().setBasePath(basePath);
  createBullBoard({
    serverAdapter,
    queues: queues.map((queue) => adapt(queue, isReadOnly)),
    options: {
      uiConfig: {
        boardTitle: 'crafting-table',
        hideDocsLink: true,
        // Redis would be asked for its whole list of clients at each look; GET /workers tells who is there.
        showWorkers: false,
        miscLinks: [{ text: 'Log out', url: logoutPath }],
      },
    },
  });
  return serverAdapter.getRouter();
}

function adapt(queue: Queue, readOnlyMode: boolean): BullMQAdapter {
  const adapter = new BullMQAdapter(queue, { readOnlyMode, description: DESCRIPTIONS[queue.name] ?? '' });
  // Payloads are ids. Should ever anything else get into one, it is not for this page.
  adapter.setFormatter('data', onlyIds);
  adapter.setFormatter('returnValue', () => null);
  return adapter;
}

function onlyIds(data: unknown): Record<string, unknown> {
  const fields = typeof data === 'object' && data !== null ? Object.entries(data) : [];
  return Object.fromEntries(fields.filter(([name]) => ['job_id', 'attempt', 'id'].includes(name)));
}
