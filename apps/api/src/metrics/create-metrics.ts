import { collectDefaultMetrics, Histogram, Registry, type Metric } from 'prom-client';
import type { FarmNumbers } from '@crafting-table/farm/metrics/read-farm-numbers';
import { farmMetrics } from './farm-metrics.ts';

export type Answered = { method: string; route: string; status: number; secs: number };

export type Metrics = {
  /** Notes how long an answer took, under the name of its route and never under its path. */
  observe(answered: Answered): void;
  /** The text format of Prometheus: this process, and the farm's numbers; null when Postgres is away. */
  render(numbers: FarmNumbers | null): Promise<string>;
};

export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** A stream of a log lasts as long as its job, so the last bound is far away. */
const HTTP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const http = new Histogram({
    name: 'crafting_http_request_duration_seconds',
    help: 'From the arrival of a request at this process to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: HTTP_BUCKETS,
    registers: [registry],
  });
  return {
    observe: ({ method, route, status, secs }) => http.observe({ method, route, status }, secs),
    async render(numbers) {
      const farm = new Registry();
      for (const metric of farmMetrics(numbers)) {
        const collected = { ...metric, aggregator: 'first' };
        // A registry asks its metrics for a name and for their values; that they are made by its own classes, which
        // cannot be set to counts of Postgres, is only how it declares them.
        farm.registerMetric({ name: metric.name, get: async () => collected } as unknown as Metric);
      }
      return `${await farm.metrics()}\n${await registry.metrics()}`;
    },
  };
}
