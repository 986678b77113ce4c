// The limits of what is kept, as a project may set them for itself.
import { z } from 'zod';

const Days = z.number().nonnegative().max(36_500);
const Count = z.int().min(1).max(1_000_000_000);
const Bytes = z.int().nonnegative();

/** What a project keeps otherwise than the farm does. 0 days: whatever its age. */
export const ProjectRetention = z.strictObject({
  job_days: Days.optional(),
  job_count: Count.optional(),
  log_days: Days.optional(),
  log_count: Count.optional(),
  log_bytes: Bytes.optional(),
  findings_days: Days.optional(),
  findings_count: Count.optional(),
  findings_bytes: Bytes.optional(),
  mirror_days: Days.optional(),
  cache_days: Days.optional(),
  cache_bytes: Bytes.optional(),
});
export type ProjectRetention = z.infer<typeof ProjectRetention>;
