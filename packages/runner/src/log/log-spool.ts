import { mkdir, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';

import { createByteQueue } from './byte-queue.ts';
import type { LogLimits } from './log-limits.ts';

/** The disk took no more: full, over quota, broken or gone. `cause` is the failed write's error with its `code`. */
export type DiskFull = { kind: 'disk_full'; cause: unknown };

export type LogSpool = AsyncDisposable & {
  /** Bytes appended so far: the offset of the next one. */
  readonly endByte: number;
  /**
   * Takes `chunk` over. A promise means that the disk is slower than the recipe: wait for it before appending more. After
   * `disk_full` it stays in memory: append no more than a last few lines then.
   */
  append(chunk: Buffer): void | Promise<void>;
  /** The bytes [fromByte, toByte), which must have been appended, or null when some of them have been given up. */
  read(fromByte: number, toByte: number): Promise<Buffer | null>;
};

type SpoolOptions = {
  /** A folder of its own, made on the first write and removed with everything in it on disposal. */
  folder: string;
  limits: Pick<LogLimits, 'headBytes' | 'tailBytes' | 'segmentBytes' | 'memoryBytes'>;
  /** Called once, when a write has failed. */
  onDiskFull: (outcome: DiskFull) => void;
};

/**
 * An attempt's output on the local disk, so that the store may be away for minutes and the recipe may print for ever: it
 * keeps the head, at least the last `tailBytes`, and at most three segments beyond them.
 */
export function createLogSpool({ folder, limits, onDiskFull }: SpoolOptions): LogSpool {
  const queue = createByteQueue();
  const segments = new Map<number, FileHandle>();
  let writtenByte = 0;
  let writing: Promise<void> | null = null;
  let relief: PromiseWithResolvers<void> | null = null;
  let isBroken = false;
  let isDisposed = false;

  function append(chunk: Buffer): void | Promise<void> {
    if (isDisposed) return;
    queue.push(chunk);
    if (isBroken) return;
    writing ??= writeQueue();
    if (queue.length > limits.memoryBytes) relief ??= Promise.withResolvers();
    return relief?.promise;
  }

  async function writeQueue(): Promise<void> {
    try {
      while (queue.length > 0) {
        if (isDisposed) return;
        await writeSome();
        await giveUpMiddle();
        if (queue.length <= limits.memoryBytes / 2) relieve();
      }
    } catch (cause) {
      isBroken = true;
      onDiskFull({ kind: 'disk_full', cause });
    } finally {
      writing = null;
      relieve();
    }
  }

  /** Writes what is queued, up to the end of the segment; the system may take less, the loop comes back for the rest. */
  async function writeSome(): Promise<void> {
    const index = Math.floor(writtenByte / limits.segmentBytes);
    const segment = segments.get(index) ?? (await openSegment(index));
    const begin = index * limits.segmentBytes;
    const views = queue.views(0, Math.min(queue.length, begin + limits.segmentBytes - writtenByte));
    const { bytesWritten } = await segment.writev(views, writtenByte - begin);
    writtenByte += bytesWritten;
    queue.drop(bytesWritten);
  }

  async function openSegment(index: number): Promise<FileHandle> {
    // Private modes: the output may hold what the recipe's own user must not read from another attempt.
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const segment = await open(segmentPath(index), 'w+', 0o600);
    segments.set(index, segment);
    return segment;
  }

  async function giveUpMiddle(): Promise<void> {
    const keepFrom = writtenByte - limits.tailBytes;
    for (const [index, segment] of segments) {
      const begin = index * limits.segmentBytes;
      if (begin < limits.headBytes) continue;
      if (begin + limits.segmentBytes > keepFrom) break;
      segments.delete(index);
      await segment.close();
      await rm(segmentPath(index));
    }
  }

  async function read(fromByte: number, toByte: number): Promise<Buffer | null> {
    const bytes = Buffer.allocUnsafe(toByte - fromByte);
    // The queue moves on while files are read, so what is still in it is copied first.
    const diskEnd = Math.min(toByte, Math.max(fromByte, writtenByte));
    let at = diskEnd - fromByte;
    for (const view of queue.views(diskEnd - writtenByte, toByte - writtenByte)) at += view.copy(bytes, at);

    for (let byte = fromByte; byte < diskEnd;) {
      const index = Math.floor(byte / limits.segmentBytes);
      const begin = index * limits.segmentBytes;
      const segment = segments.get(index);
      if (!segment) return null;
      const length = Math.min(diskEnd, begin + limits.segmentBytes) - byte;
      const { bytesRead } = await segment.read(bytes, byte - fromByte, length, byte - begin);
      if (bytesRead === 0)
        throw new Error(`the log spool ${segmentPath(index)} is shorter than what was written to it`);
      byte += bytesRead;
    }
    return bytes;
  }

  function relieve(): void {
    relief?.resolve();
    relief = null;
  }

  function segmentPath(index: number): string {
    return path.join(folder, `${index}.log`);
  }

  return {
    get endByte() {
      return writtenByte + queue.length;
    },
    append,
    read,
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      await writing;
      await Promise.all([...segments.values()].map((segment) => segment.close()));
      segments.clear();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
