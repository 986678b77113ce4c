import type { LogChunk, LogSummary } from '@crafting-table/contracts/log';

import { digestStored } from './digest-stored.ts';
import type { StoredDigest } from './digest-stored.ts';
import { createLineIndex } from './line-index.ts';
import type { LogSource } from './log-cutter.ts';
import { LOG_LIMITS } from './log-limits.ts';
import type { LogLimits } from './log-limits.ts';
import { createLogShipper } from './log-shipper.ts';
import type { ShipLog } from './log-shipper.ts';
import { createLogSpool } from './log-spool.ts';
import type { DiskFull } from './log-spool.ts';
import { createSecretMask, maskText } from './mask-secrets.ts';
import type { ByteRange } from './tail-ledger.ts';
import { createTailText } from './tail-text.ts';

/** How much `tail()` remembers: enough for the message of a shell that did not find a tool, and its surroundings. */
export const LOG_TAIL_TEXT_BYTES = 64 * 1024;
/** Begins every line that the farm itself puts into a log. */
export const LOG_NOTE_PREFIX = '[crafting-table] ';

export type LogPumpOptions = {
  /** A folder for this attempt alone; made when needed, removed on disposal. */
  spoolDir: string;
  /** Values that must not appear in the log; those under four characters are not masked. */
  secrets: readonly string[];
  ship: ShipLog;
  /** The store says that this attempt is over. Called once; nothing is shipped after it. */
  onRefused: () => void;
  /** The worker's disk took no more. Called once; of the output behind this point only notes are kept. */
  onDiskFull?: (outcome: DiskFull) => void;
  /** Sees the masked output in full, notes included. Must not change the bytes. A promise is backpressure of its own. */
  onBytes?: (chunk: Buffer) => void | Promise<void>;
  limits?: LogLimits;
  /** A clock in ms that never goes back. */
  now?: () => number;
};

/** Lines are line feeds: an end without one is not counted, as in `wc -l`. */
export type FinishedLog =
  | {
      /** With the last pieces stored, the log is what the summary says; `disk_full`: up to where the disk took no more. */
      outcome: 'complete' | 'disk_full';
      summary: LogSummary;
      /**
       * Not shipped: for the transaction that stores the result, in the manner of a last batch of `ship`. At most 512 KiB
       * before compression.
       */
      lastChunks: LogChunk[];
      lastTrim: ByteRange | null;
    }
  /** `stopped`: disposed before the store had everything. */
  | { outcome: 'refused' | 'stopped' };

export type LogPump = AsyncDisposable & {
  /** Takes the chunk over. A promise means backpressure: wait for it before writing more. */
  write(chunk: Buffer): void | Promise<void>;
  /**
   * A line of the farm's own, behind all output so far and always on a line of its own. It waits for the next output where
   * the last bytes may be the beginning of a secret, because putting it between them would unmask the secret.
   */
  note(line: string): void;
  /** The last 64 KiB of the masked output as text. */
  tail(): string;
  /** Ends the log; what is written later is dropped. Waits for as long as the store is away; disposal ends the waiting. */
  finish(): Promise<FinishedLog>;
};

/** Takes one attempt's raw output to the store: masked, spooled to disk, cut, compressed and shipped. */
export function createLogPump(options: LogPumpOptions): LogPump {
  const { spoolDir, secrets, ship, onRefused, onDiskFull, onBytes, limits = LOG_LIMITS } = options;
  const { now = () => performance.now() } = options;
  const mask = createSecretMask(secrets);
  const lines = createLineIndex({ stepBytes: limits.chunkBytes, keepBytes: limits.tailBytes });
  const tail = createTailText(LOG_TAIL_TEXT_BYTES);
  const waitingNotes: string[] = [];
  let isAtLineStart = true;
  let isDiskFull = false;
  let isDisposed = false;
  let finished: Promise<FinishedLog> | null = null;

  const spool = createLogSpool({
    folder: spoolDir,
    limits,
    onDiskFull(outcome) {
      isDiskFull = true;
      onDiskFull?.(outcome);
    },
  });
  const source: LogSource = {
    get endByte() {
      return spool.endByte;
    },
    read: spool.read,
    linesBefore: (byte) => lines.linesBefore(byte, spool.read),
  };
  const shipper = createLogShipper({ source, limits, ship, onRefused, now });

  function keep(bytes: Buffer): void | Promise<void> {
    if (bytes.length === 0) return;
    isAtLineStart = bytes.at(-1) === LINE_FEED;
    const seen = onBytes?.(bytes);
    lines.add(bytes);
    tail.push(bytes);
    const relief = spool.append(bytes);
    shipper.appended();
    return seen === undefined ? relief : Promise.all([seen, relief]).then(() => {});
  }

  function keepNotes(): void {
    if (waitingNotes.length === 0 || mask.heldBytes > 0) return;
    for (const note of waitingNotes.splice(0)) keep(Buffer.from(`${isAtLineStart ? '' : '\n'}${note}\n`));
  }

  async function finish(): Promise<FinishedLog> {
    keep(mask.end());
    keepNotes();
    try {
      const [last, digest] = await Promise.all([shipper.finish(), digestStored(source, limits)]);
      if (typeof last === 'string') return { outcome: last };
      return { outcome: isDiskFull ? 'disk_full' : 'complete', summary: summarize(digest), ...last };
    } catch (cause) {
      // Disposal takes the files away from under the reads.
      if (isDisposed) return { outcome: 'stopped' };
      throw new Error(`the log in ${spoolDir} could not be finished`, { cause });
    }
  }

  function summarize({ stored_bytes, stored_lines, stored_sha256 }: StoredDigest): LogSummary {
    return {
      bytes: spool.endByte,
      lines: lines.lines,
      stored_bytes,
      stored_sha256,
      omitted_bytes: spool.endByte - stored_bytes,
      omitted_lines: lines.lines - stored_lines,
    };
  }

  return {
    write(chunk) {
      if (finished || isDiskFull || isDisposed) return;
      const relief = keep(mask.push(chunk));
      keepNotes();
      return relief;
    },
    note(line) {
      if (finished || isDisposed) return;
      waitingNotes.push(LOG_NOTE_PREFIX + maskText(line, secrets).replaceAll(/[\r\n]+/g, ' '));
      keepNotes();
    },
    tail: tail.text,
    finish: () => (finished ??= finish()),
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      shipper.stop();
      await spool[Symbol.asyncDispose]();
    },
  };
}

const LINE_FEED = 10;
