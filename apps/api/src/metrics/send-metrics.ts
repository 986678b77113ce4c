import { setTimeout as delay } from 'node:timers/promises';
import type { Response } from 'express';
import { isDatabaseAway } from '@crafting-table/database/database-away';
import type { Pulse } from '@crafting-table/database/feel-pulse';
import type { FarmNumbers, FarmNumbersReader } from '@crafting-table/farm/metrics/read-farm-numbers';
import { sent } from '../http/bind-routes.ts';
import { METRICS_CONTENT_TYPE, type Metrics } from './create-metrics.ts';

export type MetricsParts = {
  metrics: Metrics;
  numbers: FarmNumbersReader;
  pulse: Pick<Pulse, 'isSilent'>;
  isPrepared: () => boolean;
};

/** Prometheus gives up after 10 s if not told otherwise, and would then know nothing at all. */
const READ_MS_MAX = 5000;

/** Answers also while Postgres is away: that is the moment to be heard. */
export async function sendMetrics(parts: MetricsParts, response: Response): Promise<typeof sent> {
  const body = await parts.metrics.render(await readNumbers(parts));
  response.set({ 'Content-Type': METRICS_CONTENT_TYPE, 'Cache-Control': 'no-store' }).send(body);
  return sent;
}

async function readNumbers({ numbers, pulse, isPrepared }: MetricsParts): Promise<FarmNumbers | null> {
  if (!isPrepared() || pulse.isSilent) return null;
  const given = new AbortController();
  const reading = numbers.read().catch((error: unknown) => {
    if (isDatabaseAway(error)) return null;
    throw error;
  });
  const tooLate = delay(READ_MS_MAX, null, { signal: given.signal }).catch(() => null); // The numbers were faster.
  try {
    return await Promise.race([reading, tooLate]);
  } finally {
    given.abort();
    reading.catch(() => {}); // It lost the race, and whoever asks next sees what is wrong.
  }
}
