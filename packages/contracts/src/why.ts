// Why a job waits: the answer of GET /jobs/{id}/why.
import { z } from 'zod';
import { JobStatus } from './words.ts';
import { BusyWith } from './worker.ts';

/** Each is a reason of its own why a queued job has not been claimed. */
export const WAIT_CAUSES = [
  'no_worker',
  'slots_busy',
  'disk_floor',
  'draining',
  'own_project_first',
  'other_projects_first',
  'queue_away',
  'queue_paused',
  'not_delivered',
  'about_to_start',
] as const;
export const WaitCause = z.enum(WAIT_CAUSES);
export type WaitCause = z.infer<typeof WaitCause>;

export const WaitingWorker = z.object({
  name: z.string(),
  state: z.enum(['idle', 'busy', 'draining', 'blocked']),
  blocked: z.string().nullable(),
  slots: z.int(),
  busy: z.int(),
  /** What the caller may see of it. */
  busy_with: z.array(BusyWith),
  /** Attempts of other owners. */
  busy_with_others: z.int(),
});
export type WaitingWorker = z.infer<typeof WaitingWorker>;

export const Why = z.object({
  job_id: z.string(),
  status: JobStatus,
  /** For a person: one sentence. */
  summary: z.string(),
  /** The most important one first; empty when the job does not wait. */
  causes: z.array(z.object({ cause: WaitCause, detail: z.string() })),
  /** Null when the job does not wait. */
  place: z
    .object({
      priority: z.int(),
      /** Queued jobs of its own project that are claimed before it. */
      ahead_in_project: z.int(),
      /** Queued jobs of the whole farm, those of its project among them, whose turn comes before. */
      ahead_in_farm: z.int(),
      waited_secs: z.number(),
    })
    .nullable(),
  workers: z.array(WaitingWorker),
  /** From the durations of past jobs like those ahead; null when nothing can be said. */
  estimate: z
    .object({
      starts_in_secs: z.number(),
      starts_at: z.iso.datetime(),
      /** Jobs ahead, running ones too, and how many of them have a past to judge by. */
      jobs_ahead: z.int(),
      jobs_with_past: z.int(),
    })
    .nullable(),
});
export type Why = z.infer<typeof Why>;
