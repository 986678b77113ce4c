// Schedulers in the queue. They only say that it is time; whether something is to be done, and what, stands in Postgres.
import type { JobSchedulerTemplateOptions, RepeatOptions } from 'bullmq';
import { openQueue } from './open-queue.ts';
import { TRIGGER_QUEUE_NAME, type QueueTarget } from './queue-target.ts';

export type Trigger = { id: string; cron: string; tz: string };

/** When a trigger comes next after an instant; null: never. The farm's own rule, so that its rows and the queue agree. */
export type NextTrigger = (timing: { cron: string; tz: string }, after: Date) => Date | null;

export type Triggers = AsyncDisposable & {
  /** Makes triggers, or changes those of the same id. Several processes may do so at once. Throws QueueAway. */
  upsert(triggers: readonly Trigger[]): Promise<void>;
  /** Those that are not there are no fault. Throws QueueAway. */
  remove(ids: readonly string[]): Promise<void>;
  /** Throws QueueAway. */
  list(): Promise<{ id: string; nextAt: Date | null }[]>;
};

const TEMPLATE: JobSchedulerTemplateOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };

export function openTriggers(target: QueueTarget, nextTrigger: NextTrigger): Triggers {
  const {
    ask,
    askRedis: _,
    ...open
  } = openQueue(target, TRIGGER_QUEUE_NAME, {
    settings: repeatBy(nextTrigger),
  });
  return {
    async upsert(triggers) {
      for (const { id, cron, tz } of triggers) {
        await ask((queue) =>
          queue.upsertJobScheduler(
            id,
            { pattern: cron, tz },
            { name: 'trigger', data: { id }, opts: TEMPLATE },
          ),
        );
      }
    },
    async remove(ids) {
      for (const id of ids) await ask((queue) => queue.removeJobScheduler(id));
    },
    list: () =>
      ask(async (queue) =>
        (await queue.getJobSchedulers()).map(({ key, next }) => ({
          id: key,
          nextAt: next === undefined || next === null ? null : new Date(next),
        })),
      ),
    ...open,
  };
}

/** BullMQ asks this when a trigger is made and each time it has come. */
export function repeatBy(nextTrigger: NextTrigger): {
  repeatStrategy: (millis: number, options: RepeatOptions) => number | undefined;
} {
  return {
    repeatStrategy: (millis, { pattern, tz }) =>
      nextTrigger({ cron: pattern!, tz: tz! }, new Date(millis))?.getTime(), // Each trigger is made with both.
  };
}
