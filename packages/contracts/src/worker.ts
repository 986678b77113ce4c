// Workers as the people see them who run the farm.
import { z } from 'zod';
import { WorkerView } from './health.ts';
import { Recipe } from './words.ts';

export const WorkerId = z.uuid();

/** What a worker is at. */
export const BusyWith = z.object({
  job_id: z.string(),
  attempt: z.int(),
  project: z.string(),
  subproject: z.string(),
  recipe: Recipe,
  since: z.iso.datetime(),
});
export type BusyWith = z.infer<typeof BusyWith>;

export const WorkerDetail = WorkerView.extend({
  id: WorkerId,
  /** False: no sign of life for so long that its attempts count as lost. */
  alive: z.boolean(),
  /** Since when an operator wants it to take nothing new; null when nobody does. */
  drain_requested_at: z.iso.datetime().nullable(),
  /** Memory of the worker process itself; what recipes take is not in it. */
  rss_bytes: z.int().nullable(),
  started_at: z.iso.datetime(),
  /** Only what the caller may see; `busy` counts all of it. */
  busy_with: z.array(BusyWith),
});
export type WorkerDetail = z.infer<typeof WorkerDetail>;
