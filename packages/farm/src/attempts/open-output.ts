import { join } from 'node:path';
import type { ClaimedJob } from '@crafting-table/database/jobs/claim-job';
import { appendLogChunks } from '@crafting-table/database/log-chunks';
import { createLogPump, type LogPump } from '@crafting-table/runner/log/log-pump';
import type { Reading } from './findings-reader.ts';
import type { LiveAttempt } from './live-attempt.ts';
import { secretsOf } from './secrets-of.ts';
import type { WorkerParts } from './worker-parts.ts';

export type Output = AsyncDisposable & { log: LogPump; readBy(reading: Reading): void };

/** Where the output of an attempt goes: masked into its log, and from there to whoever reads findings out of it. */
export function openOutput(
  { db, spoolDir, worker }: WorkerParts,
  job: ClaimedJob,
  held: LiveAttempt,
): Output {
  let reading: Reading | null = null;
  const log = createLogPump({
    spoolDir: join(spoolDir, worker.id, `${job.id}.${job.attempt}`),
    secrets: secretsOf(job),
    ship: async (chunks, trim) =>
      (await appendLogChunks(db, held, chunks, trim)) === 'over' ? 'refused' : 'accepted',
    onRefused: () => held.stop.request('lost'),
    onDiskFull: () => held.stop.request('disk_full'),
    onBytes: (bytes) => reading?.feed(bytes),
  });
  return {
    log,
    readBy: (next) => (reading = next),
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}
