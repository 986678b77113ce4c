// What travels through the queue: ids and nothing else, so that whatever is lost there can be sent again from Postgres.
import { z } from 'zod';

export const Delivery = z.strictObject({
  job_id: z.uuid(),
  /** The attempt that this delivery asks for: one more than the job has had. */
  attempt: z.int().positive(),
});
export type Delivery = z.infer<typeof Delivery>;

/** It is time for this schedule, or for the digest. */
export const TriggerDelivery = z.strictObject({ id: z.string() });
export type TriggerDelivery = z.infer<typeof TriggerDelivery>;

export const QueueBackend = z.enum(['redis', 'postgres']);
export type QueueBackend = z.infer<typeof QueueBackend>;
