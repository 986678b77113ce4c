import type { LiveAttempt } from '@crafting-table/farm/attempts/live-attempt';
import type { Consumer } from '@crafting-table/queues/start-consumer';

/** Takes no more deliveries, lets attempts end for a while, then gives the rest back to the queue. */
export async function drain(options: {
  consumer: Consumer;
  live: Set<LiveAttempt>;
  underway: Set<Promise<void>>;
  drainMs: number;
}): Promise<void> {
  await options.consumer.pause();
  const giveBack = setTimeout(() => {
    for (const attempt of options.live) attempt.stop.request('give_back');
  }, options.drainMs);
  while (options.underway.size > 0) await Promise.all(options.underway);
  clearTimeout(giveBack);
}
