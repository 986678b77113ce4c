// What travels through the queue: ids and nothing else, so that whatever is lost there can be sent again from Postgres.
import { z } from 'zod';

export const Delivery = z.strictObject({
  job_id: z.uuid(),
  /** The attempt that this delivery asks for: one more than the job has had. */
  attempt: z.int().positive(),
});
export type Delivery = z.infer<typeof Delivery>;

export const QueueBackend = z.enum(['redis', 'postgres']);
export type QueueBackend = z.infer<typeof QueueBackend>;
