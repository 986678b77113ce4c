import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import type { LogChunk } from '@crafting-table/contracts/log';
import { ORPHANED_LINE } from '@crafting-table/contracts/words';
import type { Connection, Database } from '@crafting-table/database/connect';
import { finishLocked, type FinishGuard } from '@crafting-table/database/jobs/finish-attempt';
import type { SuspectAttempt } from '@crafting-table/database/jobs/sweep-queries';
import { listLastChunks, measureLog } from '@crafting-table/database/log-chunks';
import { bytesOfChunk } from '../logs/decompress.ts';

const pack = promisify(zstdCompress);

/** Ends an attempt without its worker. The log stays as far as it came and says in a last line what happened. */
export async function endSuspect(db: Database, suspect: SuspectAttempt, guard: FinishGuard): Promise<void> {
  const { jobId, attempt, reason } = suspect;
  const { line, detail } = explain(suspect);
  await finishLocked(db, suspect, guard, async (transaction) => ({
    jobId,
    attempt,
    status: reason === 'cancelled' ? 'cancelled' : 'failed',
    reason,
    exit_code: reason === 'worker_lost' ? -1 : null,
    detail,
    log: null,
    // Its place is behind whatever its worker, which may live after all, has shipped up to this moment.
    chunks: [await lastLineOf(transaction, { jobId, attempt }, line)],
    trim: null,
    findings: [],
    findingsCount: 0,
    toolRuns: [],
    judgement: null,
  }));
}

function explain({ reason, cancelReason }: SuspectAttempt): { line: string; detail: string } {
  switch (reason) {
    case 'worker_lost':
      return { line: ORPHANED_LINE, detail: 'the worker stopped giving signs of life' };
    case 'timeout':
      return {
        line: '[crafting-table] time limit passed, ended without its worker',
        detail: 'the time limit passed and the worker did not answer',
      };
    case 'setup_failed':
      return {
        line: '[crafting-table] preparing took too long, ended without its worker',
        detail: 'clone and checkout took too long and the worker did not answer',
      };
    case 'cancelled':
      return {
        line: '[crafting-table] cancelled, ended without its worker',
        detail: cancelReason ?? 'cancelled; the worker did not answer',
      };
  }
}

/** A chunk that puts a line of the farm's own at the end of what is stored, whether or not that ends in a line feed. */
async function lastLineOf(
  db: Connection,
  of: { jobId: string; attempt: number },
  line: string,
): Promise<LogChunk> {
  const extent = await measureLog(db, of);
  const [last] = await listLastChunks(db, { ...of, limit: 1 });
  const isMidLine = last !== undefined && (await bytesOfChunk(last, 0)).at(-1) !== 10;
  const text = Buffer.from(`${isMidLine ? '\n' : ''}${line}\n`);
  return {
    seq: last === undefined ? 0 : last.seq + 1,
    byte_offset: extent.end_byte,
    byte_length: text.length,
    line_offset: extent.end_line,
    line_count: isMidLine ? 2 : 1,
    data: await pack(text, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  };
}
