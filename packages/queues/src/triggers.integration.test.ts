// One suite for both backends; the rows about Redis exist where the machine has one.
import { randomUUID } from 'node:crypto';
import { testRedisUrl } from '@crafting-table/dev-services/config';
import { createTestDatabase } from '@crafting-table/dev-services/test-database';
import { describe, expect, test, vi } from 'vitest';
import { migrateQueue } from './migrate-queue.ts';
import { openTriggers, type NextTrigger, type Triggers } from './open-triggers.ts';
import type { QueueTarget } from './queue-target.ts';
import { startTriggerConsumer } from './start-consumer.ts';

const WAIT = { timeout: 20_000, interval: 20 };
const backends = testRedisUrl() ? (['redis', 'postgres'] as const) : (['postgres'] as const);
const nightly = { cron: '0 2 * * *', tz: 'Europe/Berlin' };

describe.each(backends)('triggers by %s', (backend) => {
  test('are one each, however many processes make them, and come when the given rule says', async () => {
    const at = new Date(Date.now() + 3_600_000);
    await using queue = await openQueue(backend, () => at);
    await using other = openTriggers(queue.target, () => at);
    await queue.triggers.upsert([{ id: 'one', ...nightly }]);
    await vi.waitUntil(
      async () =>
        other.upsert([{ id: 'one', ...nightly }]).then(
          () => true,
          () => false,
        ),
      WAIT,
    );
    expect(await queue.triggers.list()).toEqual([{ id: 'one', nextAt: at }]);
    await queue.triggers.remove(['one', 'never-made']);
    expect(await queue.triggers.list()).toEqual([]);
  });

  test('come again and again', async () => {
    const each: NextTrigger = (_, after) => new Date(after.getTime() + 50);
    await using queue = await openQueue(backend, each);
    await queue.triggers.upsert([{ id: 'often', ...nightly }]);
    const taken: string[] = [];
    await using _ = startTriggerConsumer({
      target: queue.target,
      nextTrigger: each,
      handle: async (id) => void taken.push(id),
      onError: () => {},
    });
    await vi.waitUntil(() => taken.length >= 3, WAIT);
    expect(new Set(taken)).toEqual(new Set(['often']));
  });
});

type OpenTriggers = AsyncDisposable & { target: QueueTarget; triggers: Triggers };

async function openQueue(backend: (typeof backends)[number], next: NextTrigger): Promise<OpenTriggers> {
  await using stack = new AsyncDisposableStack();
  const prefix = `test_${randomUUID().slice(0, 8)}`;
  const url = backend === 'redis' ? testRedisUrl()! : stack.use(await createTestDatabase()).url;
  const target = { backend, url, prefix };
  await migrateQueue(target);
  const triggers = stack.use(openTriggers(target, next));
  await vi.waitUntil(
    async () =>
      triggers.list().then(
        () => true,
        () => false,
      ),
    WAIT,
  );
  const held = stack.move();
  return { target, triggers, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
