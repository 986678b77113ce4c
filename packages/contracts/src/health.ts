// What GET /healthz says: enough to know whether the farm works. Without an admin's bearer it names nobody's jobs.
import { z } from 'zod';
import { QueueBackend } from './delivery.ts';
import { Containment } from './words.ts';

export const WorkerView = z.object({
  name: z.string(),
  version: z.string(),
  slots: z.int(),
  busy: z.int(),
  containment: Containment,
  draining: z.boolean(),
  /** Why it claims nothing although it could, e.g. a full disk. */
  blocked: z.string().nullable(),
  seen_at: z.iso.datetime(),
});
export type WorkerView = z.infer<typeof WorkerView>;

/** A rule of the life of a job that rows break. There is no such row in a farm without a fault of its own. */
export const BrokenRule = z.object({
  rule: z.string(),
  violations: z.int(),
  /** The newest few of them. */
  job_ids: z.array(z.string()),
});
export type BrokenRule = z.infer<typeof BrokenRule>;

export const Health = z.object({
  status: z.enum(['ok', 'degraded']),
  /** Each line says what is degraded and what to do. */
  warnings: z.array(z.string()),
  versions: z.object({ crafting_table: z.string(), node: z.string(), postgres: z.string() }),
  backends: z.object({
    database: z.literal('postgres'),
    queue: QueueBackend,
    queue_reachable: z.boolean(),
  }),
  workers: z.array(WorkerView),
  queue: z.object({
    queued: z.int(),
    running: z.int(),
    oldest_queued_secs: z.number().nullable(),
    deliveries_waiting: z.int().nullable(),
  }),
  sweep: z.object({
    last_swept_at: z.iso.datetime().nullable(),
    age_secs: z.number().nullable(),
    invariant_violations: z.int(),
    /** Only for admins: ids of jobs are nobody else's business. */
    broken_rules: z.array(BrokenRule).optional(),
  }),
});
export type Health = z.infer<typeof Health>;
