import { JOB_STATUSES, REASONS, RECIPES, SEVERITIES, type Reason } from '@crafting-table/contracts/words';
import { BUCKET_BOUNDS, type JobTotal } from '@crafting-table/database/job-totals';
import type { WorkerRow } from '@crafting-table/database/workers';
import type { FarmNumbers } from '@crafting-table/farm/metrics/read-farm-numbers';

export type Sample = { labels: Record<string, string | number>; value: number; metricName?: string };

/** One metric as prom-client takes it from a collector. No label names a project or a job: the page is open to the LAN. */
export type FarmMetric = {
  name: string;
  help: string;
  type: 'gauge' | 'counter' | 'histogram';
  values: Sample[];
};

/**
 * Every end there can be, told as 0 before the first one: to Prometheus a counter that begins at 1 has not increased, and the
 * first lost worker of a farm would alarm nobody.
 */
const NO_ENDS: JobTotal[] = RECIPES.flatMap((recipe) =>
  [{ status: 'passed' as const, reason: 'exit' }, ...REASONS.map(unsuccessfulEnd)].map((end) => ({
    recipe,
    ...end,
    waited_bucket: -1,
    ran_bucket: -1,
    jobs: 0,
    waited_secs: 0,
    ran_secs: 0,
  })),
);

function unsuccessfulEnd(reason: Reason): Pick<JobTotal, 'status' | 'reason'> {
  const isWish = reason === 'cancelled' || reason === 'superseded';
  return { status: isWish ? 'cancelled' : 'failed', reason };
}

const MAIL_STATES = ['pending', 'sending', 'sent', 'failed', 'expired'];

/** The farm's numbers as metrics; null when Postgres is away, and then that is all there is to say. */
export function farmMetrics(numbers: FarmNumbers | null): FarmMetric[] {
  const up = gauge('database_up', 'Whether Postgres answers.', [one(numbers === null ? 0 : 1)]);
  return numbers === null
    ? [up]
    : [up, ...jobMetrics(numbers), ...workerMetrics(numbers), ...stateMetrics(numbers)];
}

function jobMetrics({ queue, totals }: FarmNumbers): FarmMetric[] {
  const [queued, running] = JOB_STATUSES;
  return [
    gauge('jobs', 'Jobs that are queued or running.', [
      { labels: { status: queued }, value: queue.queued },
      { labels: { status: running }, value: queue.running },
    ]),
    gauge('queue_oldest_seconds', 'How long the oldest queued job has waited; 0 when none waits.', [
      one(queue.oldest_queued_secs ?? 0),
    ]),
    {
      name: 'crafting_jobs_ended_total',
      help: 'Jobs that ended, by status and reason. A job that is tried again counts once for each end.',
      type: 'counter',
      values: sumBy([...NO_ENDS, ...totals], ({ recipe, status, reason }) => ({ recipe, status, reason })),
    },
    histogram('job_wait_seconds', 'From queued to claimed.', totals, {
      labelsOf: ({ recipe }) => ({ recipe }),
      bucketOf: (total) => total.waited_bucket,
      secsOf: (total) => total.waited_secs,
    }),
    histogram('job_run_seconds', 'From the start of the recipe to its end.', totals, {
      labelsOf: ({ recipe, status }) => ({ recipe, status }),
      bucketOf: (total) => total.ran_bucket,
      secsOf: (total) => total.ran_secs,
    }),
  ];
}

function workerMetrics({ workers, leases }: FarmNumbers): FarmMetric[] {
  const of = (valueOf: (worker: WorkerRow) => number): Sample[] =>
    workers.map((worker) => ({
      labels: { worker: worker.name, worker_id: worker.id },
      value: valueOf(worker),
    }));
  return [
    gauge('workers', 'Workers that give signs of life.', [one(workers.length)]),
    gauge(
      'worker_slots',
      'Attempts a worker runs at once.',
      of(({ slots }) => slots),
    ),
    gauge(
      'worker_busy',
      'Attempts a worker runs now.',
      of(({ busy }) => busy),
    ),
    gauge(
      'worker_draining',
      'Whether a worker takes nothing new because it was told so.',
      of(({ draining }) => Number(draining)),
    ),
    gauge(
      'worker_blocked',
      'Whether a worker takes nothing new because its disk is full.',
      of(({ blocked }) => Number(blocked !== null)),
    ),
    gauge(
      'worker_memory_bytes',
      'Memory of the worker process, without its recipes.',
      of(({ rss_bytes }) => rss_bytes ?? 0),
    ),
    gauge('leases', 'Leases of running attempts.', [
      { labels: { state: 'held' }, value: leases.held },
      { labels: { state: 'expired' }, value: leases.expired },
    ]),
  ];
}

function stateMetrics(numbers: FarmNumbers): FarmMetric[] {
  const { sweepAgeSecs, invariantViolations, deliveries, openFindings, logs, tables, mails } = numbers;
  const sent = new Map(mails.map((each) => [each.state, each.mails]));
  const findings = new Map(openFindings.map((each) => [each.severity, each.findings]));
  return [
    gauge('queue_up', 'Whether the queue that carries deliveries answers.', [
      one(deliveries === null ? 0 : 1),
    ]),
    gauge(
      'queue_paused',
      'Whether somebody told the queue to hand out nothing.',
      deliveries === null ? [] : [one(Number(deliveries.isPaused))],
    ),
    gauge(
      'deliveries_waiting',
      'Deliveries nobody has taken yet.',
      deliveries === null ? [] : [one(deliveries.waiting)],
    ),
    gauge(
      'sweep_age_seconds',
      'Since the sweep last went through.',
      sweepAgeSecs === null ? [] : [one(sweepAgeSecs)],
    ),
    gauge('invariant_violations', 'Rows that break a rule of the life of a job.', [one(invariantViolations)]),
    gauge(
      'open_findings',
      'Open findings of all series.',
      SEVERITIES.map((severity) => ({ labels: { severity }, value: findings.get(severity) ?? 0 })),
    ),
    gauge('log_bytes', 'Output of recipes that is kept, before compression.', [one(logs.bytes)]),
    gauge('logs', 'Attempts whose output is kept.', [one(logs.attempts)]),
    gauge(
      'table_bytes',
      'What a table takes on the disk of Postgres, with its indexes; log_chunks holds the logs, compressed.',
      tables.map(({ table, bytes }) => ({ labels: { table }, value: bytes })),
    ),
    gauge(
      'digest_mails',
      'Mails of the digest: those still to go out, and what became of those of today and yesterday.',
      MAIL_STATES.map((state) => ({ labels: { state }, value: sent.get(state) ?? 0 })),
    ),
  ];
}

function gauge(name: string, help: string, values: Sample[]): FarmMetric {
  return { name: `crafting_${name}`, help, type: 'gauge', values };
}

function one(value: number): Sample {
  return { labels: {}, value };
}

type Labels = Record<string, string>;

function sumBy(totals: readonly JobTotal[], labelsOf: (total: JobTotal) => Labels): Sample[] {
  return group(totals, labelsOf).map(({ labels, members }) => ({
    labels,
    value: members.reduce((sum, { jobs }) => sum + jobs, 0),
  }));
}

function histogram(
  name: string,
  help: string,
  totals: readonly JobTotal[],
  read: {
    labelsOf: (total: JobTotal) => Labels;
    /** -1 when the job is not part of it. */
    bucketOf: (total: JobTotal) => number;
    secsOf: (total: JobTotal) => number;
  },
): FarmMetric {
  const { labelsOf, bucketOf, secsOf } = read;
  const counted = totals.filter((total) => bucketOf(total) >= 0);
  const values = group(counted, labelsOf).flatMap(({ labels, members }): Sample[] => {
    const upTo = (bucket: number) =>
      members.reduce((sum, total) => (bucketOf(total) <= bucket ? sum + total.jobs : sum), 0);
    const all = upTo(BUCKET_BOUNDS.length);
    const part = (suffix: string, value: number, le?: number | string): Sample => ({
      labels: le === undefined ? labels : { ...labels, le },
      value,
      metricName: `crafting_${name}_${suffix}`,
    });
    return [
      ...BUCKET_BOUNDS.map((bound, bucket) => part('bucket', upTo(bucket), bound)),
      part('bucket', all, '+Inf'),
      part(
        'sum',
        members.reduce((sum, total) => sum + secsOf(total), 0),
      ),
      part('count', all),
    ];
  });
  return { name: `crafting_${name}`, help, type: 'histogram', values };
}

function group(
  totals: readonly JobTotal[],
  labelsOf: (total: JobTotal) => Labels,
): { labels: Labels; members: JobTotal[] }[] {
  const groups = Map.groupBy(totals, (total) => JSON.stringify(labelsOf(total)));
  return [...groups.values()].map((members) => ({ labels: labelsOf(members[0]!), members })); // No group is empty.
}
