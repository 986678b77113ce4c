// Where deliveries travel: the Redis that was named, else a private one, else Postgres itself.
import { startRedis } from './redis.ts';
import type { RedisOptions, RunningRedis } from './redis.ts';

export type ChosenQueueBackend =
  | { kind: 'redis_external'; url: string }
  | { kind: 'redis_private'; redis: RunningRedis }
  /** `why` is for people: what stood in the way of Redis. */
  | { kind: 'postgres'; why: string };

/**
 * Falls back to Postgres rather than failing: a farm without Redis is slower, not smaller. Changing the backend between
 * two starts loses nothing, since whatever was not delivered is delivered again from Postgres.
 */
export async function chooseQueueBackend(
  redisUrl: string | undefined,
  options: RedisOptions,
): Promise<ChosenQueueBackend> {
  if (redisUrl !== undefined) return { kind: 'redis_external', url: redisUrl };
  try {
    const redis = await startRedis(options);
    if (redis) return { kind: 'redis_private', redis };
    return { kind: 'postgres', why: 'no redis-server or valkey-server on PATH' };
  } catch (fault) {
    return { kind: 'postgres', why: fault instanceof Error ? fault.message : String(fault) };
  }
}
