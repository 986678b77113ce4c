// One launcher per data folder. The lock is SQLite's on a file: the kernel releases it with the process, however it ends,
// so there is never a stale one to remove by hand.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export type FarmLock = Disposable & {
  kind: 'held';
  /** Leaves word for whoever finds the folder locked. */
  describe(holder: { pid: number; url: string }): void;
};

export type FarmLockOutcome = FarmLock | { kind: 'taken'; by: string };

/** SQLite's own words for a file that another process has locked. */
const SQLITE_BUSY = 5;

export function takeFarmLock(dataDir: string): FarmLockOutcome {
  mkdirSync(dataDir, { recursive: true });
  const description = join(dataDir, 'launcher.json');
  const database = new DatabaseSync(join(dataDir, 'launcher.lock'), { timeout: 0 });
  try {
    database.exec('begin exclusive');
  } catch (fault) {
    database.close();
    if (fault instanceof Error && 'errcode' in fault && fault.errcode === SQLITE_BUSY) {
      return { kind: 'taken', by: readDescription(description) };
    }
    throw fault;
  }
  return {
    kind: 'held',
    describe: (holder) => writeFileSync(description, `${JSON.stringify(holder)}\n`),
    [Symbol.dispose]: () => database.close(),
  };
}

function readDescription(path: string): string {
  try {
    const { pid, url } = JSON.parse(readFileSync(path, 'utf8'));
    return `process ${pid}, which serves ${url}`;
  } catch {
    return 'another process, which is just starting'; // It locks first and describes itself a moment later.
  }
}
