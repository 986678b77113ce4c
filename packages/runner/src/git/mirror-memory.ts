// What one process remembers of a mirror, so that the usual job costs neither a request nor a spawned git.
import { readFileSync } from 'node:fs';
import type { Failed } from './git-failure.ts';
import type { RemoteRefs } from './remote-refs.ts';

export type MirrorMemory = {
  /** Commits seen in the mirror since objects were last removed from it. */
  knows(sha: string): boolean;
  learn(sha: string): void;
  /**
   * The remote's refs as they stood at some time after `since`. `look` is asked at most once at a time, and a look that
   * started after `since` serves every caller with such a `since`: a thousand queued jobs cost one request.
   */
  refsSince(since: Date, look: Look): Promise<{ refs: RemoteRefs } | Failed>;
};

export type Look = () => Promise<{ refs: RemoteRefs } | Failed>;

/** 10,000 commit ids are about 1 MB. Beyond that the memory starts again from nothing. */
const KNOWN_COMMITS_MAX = 10_000;

export function createMirrorMemory(generationFile: string, now: () => number = Date.now): MirrorMemory {
  let generation = '';
  let commits = new Set<string>();
  let latest: { startedAt: number; refs: RemoteRefs } | null = null;
  let running: { startedAt: number; outcome: ReturnType<Look> } | null = null;
  let next: ReturnType<Look> | null = null;

  const forgetOldGeneration = () => {
    const current = readFileSync(generationFile, 'utf8');
    if (current === generation && commits.size < KNOWN_COMMITS_MAX) return;
    generation = current;
    commits = new Set();
  };

  const start = (look: Look): ReturnType<Look> => {
    const startedAt = now();
    const outcome = look().then(
      (found) => {
        running = null;
        if ('refs' in found) latest = { startedAt, refs: found.refs };
        return found;
      },
      (error: unknown) => {
        running = null;
        throw error;
      },
    );
    running = { startedAt, outcome };
    return outcome;
  };

  const startAfterRunning = async (look: Look): ReturnType<Look> => {
    await running?.outcome.catch(() => null); // Its own callers are told.
    next = null;
    return start(look);
  };

  return {
    knows(sha) {
      forgetOldGeneration();
      return commits.has(sha);
    },
    learn(sha) {
      forgetOldGeneration();
      commits.add(sha);
    },
    async refsSince(since, look) {
      const isNewEnough = (startedAt: number) => startedAt > since.getTime();
      if (latest !== null && isNewEnough(latest.startedAt)) return { refs: latest.refs };
      if (running === null) return start(look);
      if (isNewEnough(running.startedAt)) return running.outcome;
      return (next ??= startAfterRunning(look));
    },
  };
}
