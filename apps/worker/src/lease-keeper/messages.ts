// What the main thread and the lease keeper's thread say to each other.
import type { HeldAttempt } from '@crafting-table/database/jobs/renew-leases';

export type KeeperOptions = { databaseUrl: string; workerId: string; leaseSecs: number; renewSecs: number };

export type ToKeeper =
  | { kind: 'hold'; attempt: HeldAttempt }
  | { kind: 'drop'; attempt: HeldAttempt }
  | { kind: 'state'; blocked: string | null; draining: boolean }
  | { kind: 'stop' };

export type FromKeeper =
  | { kind: 'lost' | 'cancel'; attempt: HeldAttempt }
  /** An operator wants this worker to take nothing new, or not any more. */
  | { kind: 'drain'; isWanted: boolean };

export function attemptKey({ jobId, attempt }: HeldAttempt): string {
  return `${jobId}.${attempt}`;
}
