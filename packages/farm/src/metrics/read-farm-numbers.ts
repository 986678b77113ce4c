import type { Severity } from '@crafting-table/contracts/words';
import type { Database } from '@crafting-table/database/connect';
import { readJobTotals, type JobTotal } from '@crafting-table/database/job-totals';
import {
  countMails,
  countOpenFindings,
  measureLogs,
  measureTables,
  readLeaseStats,
  readQueueStats,
  type LeaseStats,
  type LogStats,
  type QueueStats,
} from '@crafting-table/database/stats';
import { readSweepState } from '@crafting-table/database/sweep';
import { listLiveWorkers, type WorkerRow } from '@crafting-table/database/workers';
import type { QueueState, QueueWatch } from '@crafting-table/queues/open-deliveries';

/** What the farm counts of itself. Every API process reads the same from Postgres. */
export type FarmNumbers = {
  queue: QueueStats;
  leases: LeaseStats;
  totals: JobTotal[];
  workers: WorkerRow[];
  sweepAgeSecs: number | null;
  invariantViolations: number;
  /** Null when the queue is away. */
  deliveries: QueueState | null;
  openFindings: { severity: Severity; findings: number }[];
  logs: LogStats;
  tables: { table: string; bytes: number }[];
  /** Of the digest, by state. */
  mails: { state: string; mails: number }[];
};

export type FarmNumbersReader = {
  /** Throws what the database threw when that is away. */
  read(): Promise<FarmNumbers>;
};

/** Whoever asks more often gets the same numbers again: the page is open to the whole LAN. */
const FRESH_MS = 1000;
/** What takes longer to count, up to a second on a farm with millions of findings, and changes slowly. */
const SLOW_FRESH_MS = 30_000;

export function createFarmNumbersReader(
  db: Database,
  watched: QueueWatch,
  options: { workerAliveSecs: number; now?: () => number },
): FarmNumbersReader {
  const now = options.now ?? (() => performance.now());
  const slow = remember(SLOW_FRESH_MS, now, async () => {
    const [openFindings, logs, tables, mails] = await Promise.all([
      countOpenFindings(db),
      measureLogs(db),
      measureTables(db),
      countMails(db),
    ]);
    return { openFindings, logs, tables, mails };
  });
  const read = remember(FRESH_MS, now, async () => {
    const [queue, leases, totals, workers, sweep, deliveries, slowNumbers] = await Promise.all([
      readQueueStats(db),
      readLeaseStats(db),
      readJobTotals(db),
      listLiveWorkers(db, options.workerAliveSecs),
      readSweepState(db),
      watched.readState().catch(() => null), // Null says that the queue is away.
      slow(),
    ]);
    return {
      queue,
      leases,
      totals,
      workers,
      sweepAgeSecs: sweep.age_secs,
      invariantViolations: sweep.invariant_violations,
      deliveries,
      ...slowNumbers,
    };
  });
  return { read };
}

/** One question at a time, and its answer for a while. A failure is not remembered. */
function remember<T>(freshMs: number, now: () => number, ask: () => Promise<T>): () => Promise<T> {
  let asked: { at: number; answer: Promise<T> } | null = null;
  return () => {
    if (asked !== null && now() - asked.at < freshMs) return asked.answer;
    const current = { at: now(), answer: ask() };
    asked = current;
    current.answer.then(
      () => (current.at = now()),
      () => {
        if (asked === current) asked = null;
      },
    );
    return current.answer;
  };
}
