import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type {
  FindingsReader,
  JudgedFindings,
  ReadFindings,
} from '@crafting-table/farm/attempts/findings-reader';
import type { Inputs } from '@crafting-table/findings/track/cause';
import { judgeRead } from '@crafting-table/farm/attempts/judge-read';
import { giveMemoryBack } from '../give-memory-back.ts';
import type { FromParser, ToParser } from './messages.ts';

type Answer =
  | { kind: 'read'; read: ReadFindings }
  | { kind: 'judged'; judged: JudgedFindings }
  | { kind: 'given_up'; why: string };

/** Output of all attempts that waits for the parsers. Whoever brings more waits for room. */
const WAITING_BYTES_MAX = 8 * 1024 ** 2;
/** So long a recipe may be held up by its parsers, all in all. Then what finds no room is not parsed, and a tool run says so. */
const PATIENCE_MS = 5000;
/** Parsing the rest and the report files may take this long before the thread is given up. */
const END_MS_MAX = 60_000;
/** What parsing one attempt may need; beyond it the thread is replaced. */
const HEAP_MB_MAX = 1024;
/** A worker that has nothing to parse for so long gives the thread's 30 MB back. A new one is there after some 0.1 s. */
const IDLE_MS = 5_000;

const LOG = { artifact: 'log', format: 'text' };

/**
 * Parses in a thread of its own, started when there is something to parse. It is replaced when it hangs or dies: then its
 * attempts have no findings and say so.
 */
export function startFindingsReader({ patienceMs = PATIENCE_MS } = {}): FindingsReader & AsyncDisposable {
  const pending = new Map<number, (answer: Answer) => void>();
  let thread: Worker | null = null;
  let idle: NodeJS.Timeout | undefined;
  let open = 0;
  let lastId = 0;
  let waitingBytes = 0;
  /** Settles when there is room again; null while there is. */
  let room: PromiseWithResolvers<void> | null = null;

  function start(): Worker {
    const fresh = new Worker(new URL('main.ts', import.meta.url), {
      name: 'findings',
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: HEAP_MB_MAX },
    });
    fresh.on('message', (message: FromParser) => {
      if (message.kind === 'fed') release(message.bytes);
      else settle(message.id, message);
    });
    fresh.on('error', (error) => giveUp(fresh, `the parsers failed: ${error.message}`));
    fresh.unref();
    return fresh;
  }

  function release(bytes: number): void {
    waitingBytes -= bytes;
    if (waitingBytes > WAITING_BYTES_MAX) return;
    room?.resolve();
    room = null;
  }

  /** How long it took, at most `ms`. */
  async function waitForRoom(ms: number): Promise<number> {
    const since = performance.now();
    room ??= Promise.withResolvers();
    const patience = new AbortController();
    await Promise.race([room.promise, delay(ms, null, { signal: patience.signal }).catch(() => {})]);
    patience.abort();
    return performance.now() - since;
  }

  function settle(id: number, answer: Answer): void {
    pending.get(id)?.(answer);
    pending.delete(id);
  }

  function giveUp(failed: Worker, why: string): void {
    void failed.terminate();
    if (thread !== failed) return;
    thread = null;
    release(waitingBytes);
    for (const id of pending.keys()) settle(id, { kind: 'given_up', why });
  }

  /** The thread's answer to a question about an attempt; that it gave up when it takes too long, or has been replaced. */
  async function ask(home: Worker, question: ToParser & { id: number }): Promise<Answer> {
    if (home !== thread) return { kind: 'given_up', why: 'the parsers had to be started again' };
    const answer = Promise.withResolvers<Answer>();
    pending.set(question.id, answer.resolve);
    const why = `the parsers took longer than ${END_MS_MAX / 1000} s`;
    const timer = setTimeout(() => giveUp(home, why), END_MS_MAX);
    home.postMessage(question);
    const given = await answer.promise;
    clearTimeout(timer);
    return given;
  }

  function leave(): void {
    if (--open > 0) return;
    idle = setTimeout(() => {
      void thread?.terminate();
      thread = null;
      giveMemoryBack();
    }, IDLE_MS).unref();
  }

  return {
    open(place) {
      const id = ++lastId;
      clearTimeout(idle);
      open += 1;
      const home = (thread ??= start());
      const say = (message: ToParser) => home.postMessage(message);
      let skipped = 0;
      let patienceLeft = patienceMs;
      let read: ReadFindings = NOTHING_READ;
      say({ kind: 'open', id, place });
      return {
        feed(bytes) {
          if (home !== thread) return undefined; // Nobody would ever make room for it.
          if (waitingBytes > WAITING_BYTES_MAX && patienceLeft <= 0) {
            skipped += bytes.length;
            return undefined;
          }
          waitingBytes += bytes.length;
          say({ kind: 'feed', id, bytes });
          if (waitingBytes <= WAITING_BYTES_MAX || patienceLeft <= 0) return undefined;
          return waitForRoom(patienceLeft).then((ms) => void (patienceLeft -= ms));
        },
        async end({ exitCode }) {
          const answer = await ask(home, { kind: 'end', id, exitCode });
          read = answer.kind === 'read' ? answer.read : unread(answer);
          if (skipped > 0) read = { ...read, toolRuns: [...read.toolRuns, partial(skipped)] };
          return read;
        },
        async judge(question) {
          const answer = await ask(home, { kind: 'judge', id, question });
          if (answer.kind === 'judged') return answer.judged;
          return judgeRead({ ...read, findings: [], truncated: true }, question);
        },
        [Symbol.dispose]() {
          if (home === thread) say({ kind: 'drop', id });
          leave();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(idle);
      release(waitingBytes);
      await thread?.terminate();
    },
  };
}

const NO_INPUTS: Inputs = { lockFiles: null, configuration: null, command: '', versions: {} };
const NOTHING_READ: ReadFindings = { toolRuns: [], count: 0, exitCode: null, inputs: NO_INPUTS };

function unread(answer: Answer): ReadFindings {
  const note = answer.kind === 'given_up' ? answer.why : 'the parsers answered something else';
  return {
    ...NOTHING_READ,
    toolRuns: [{ tool: 'crafting-table', completeness: 'failed', source: LOG, note }],
  };
}

function partial(skippedBytes: number): ReadFindings['toolRuns'][number] {
  const note = `${skippedBytes} bytes of output came faster than they could be parsed`;
  return { tool: 'crafting-table', completeness: 'partial', source: LOG, note };
}
