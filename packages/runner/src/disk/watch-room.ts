// A recipe for which the disk was too small fails in a way of its own: a compiler calls it a write error, a test runner a
// failed test. Only the disk can tell that the fault was not the recipe's.
import { statfs } from 'node:fs/promises';

export type RoomWatch = Disposable & {
  /** At the end of a recipe that failed: whether it did for want of room. `logTail` is the end of what it printed. */
  wasFull(logTail: string): Promise<boolean>;
};

/** Less than this is no room: the last write that a full disk refused may have been larger. */
const NO_ROOM_BYTES = 1024 * 1024;
/** A tool that says that there was no room is believed when so much of the volume, or less, was free at some moment. */
const SCARCE_SHARE = 0.1;
/** Most tools remove what they could not finish, and with it the proof; a disk takes far longer to fill. */
const LOOK_MS = 250;
/** The last part of a log that is looked at; the message is among the last lines. */
const TAIL_CHARS = 16 * 1024;
const SAYS_SO = /no space left on device|disk quota exceeded|\bENOSPC\b|\bEDQUOT\b/i;

/** Looks at the file system of a folder until disposal. */
export function watchRoom(folder: string): RoomWatch {
  let least = 1;
  const look = async () => {
    const { bavail, blocks, bsize, files, ffree } = await statfs(folder);
    least = Math.min(least, blocks === 0 ? 1 : bavail / blocks);
    // Some file systems count no files: then both are 0.
    return bavail * bsize < NO_ROOM_BYTES || (files > 0 && ffree === 0);
  };
  const timer = setInterval(() => void look().catch(() => {}), LOOK_MS); // The last look tells of a disk that is away.
  return {
    async wasFull(logTail) {
      if (await look()) return true;
      return least < SCARCE_SHARE && SAYS_SO.test(logTail.slice(-TAIL_CHARS));
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
