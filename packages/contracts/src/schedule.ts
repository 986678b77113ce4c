// What fires by itself: the schedules of the projects, when they fired last and when they fire next.
import { z } from 'zod';
import { Recipe } from './words.ts';

/** A minute of the wall clock of a zone, like `2026-03-08T02:30`. */
export const LocalMinute = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/);

export const Firing = z.object({
  /** The minute it stands for. It fires once for each, whatever the clock does on that day. */
  local: LocalMinute,
  at: z.iso.datetime(),
});
export type Firing = z.infer<typeof Firing>;

export const PastFiring = Firing.extend({
  fired_at: z.iso.datetime(),
  /** It came after an outage. */
  late: z.boolean(),
  /** Firings before this one that nobody made; they are not made up for. */
  missed: z.int(),
  /** Why no job came of it, e.g. because the recipe is not declared any more. */
  refusal: z.string().nullable(),
  job_ids: z.array(z.uuid()),
});
export type PastFiring = z.infer<typeof PastFiring>;

export const ScheduleView = z.object({
  id: z.uuid(),
  project: z.string(),
  cron: z.string(),
  tz: z.string(),
  recipe: Recipe,
  /** Null: every subproject that declares the recipe. */
  subproject: z.string().nullable(),
  /** Null: the default branch. */
  ref: z.string().nullable(),
  enabled: z.boolean(),
  next: Firing.nullable(),
  last: PastFiring.nullable(),
});
export type ScheduleView = z.infer<typeof ScheduleView>;
