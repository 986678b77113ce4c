import { Worker } from 'node:worker_threads';
import type { FindingsReader, ReadFindings } from '@crafting-table/farm/attempts/findings-reader';
import type { FromParser, ToParser } from './messages.ts';

/** Output waiting for the parsers; what comes on top of it is not parsed, and the tool run says so. */
const WAITING_BYTES_MAX = 32 * 1024 ** 2;
/** Parsing the rest and the report files may take this long before the thread is given up. */
const END_MS_MAX = 60_000;
/** What parsing one attempt may need; beyond it the thread is replaced. */
const HEAP_MB_MAX = 1024;
/** A worker that has nothing to parse for so long gives the thread's 20 MB back. */
const IDLE_MS = 15_000;

/**
 * Parses in a thread of its own, started when there is something to parse. It is replaced when it hangs or dies: then its
 * attempts have no findings and say so.
 */
export function startFindingsReader(): FindingsReader & AsyncDisposable {
  const pending = new Map<number, (result: ReadFindings) => void>();
  let thread: Worker | null = null;
  let idle: NodeJS.Timeout | undefined;
  let open = 0;
  let lastId = 0;
  let waitingBytes = 0;

  function start(): Worker {
    const fresh = new Worker(new URL('main.ts', import.meta.url), {
      name: 'findings',
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: HEAP_MB_MAX },
    });
    fresh.on('message', (message: FromParser) => {
      if (message.kind === 'fed') waitingBytes -= message.bytes;
      else settle(message.id, message.result);
    });
    fresh.on('error', (error) => giveUp(fresh, `the parsers failed: ${error.message}`));
    fresh.unref();
    return fresh;
  }

  function settle(id: number, result: ReadFindings): void {
    pending.get(id)?.(result);
    pending.delete(id);
  }

  function giveUp(failed: Worker, why: string): void {
    void failed.terminate();
    if (thread !== failed) return;
    thread = null;
    waitingBytes = 0;
    for (const id of pending.keys()) settle(id, unread(why));
  }

  function leave(): void {
    if (--open > 0) return;
    idle = setTimeout(() => {
      void thread?.terminate();
      thread = null;
    }, IDLE_MS).unref();
  }

  return {
    open({ tree, subproject, startedAtMs }) {
      const id = ++lastId;
      clearTimeout(idle);
      open += 1;
      const home = (thread ??= start());
      const say = (message: ToParser) => home.postMessage(message);
      let skipped = 0;
      say({ kind: 'open', id, tree, subproject, startedAtMs });
      return {
        feed(bytes) {
          if (waitingBytes > WAITING_BYTES_MAX) {
            skipped += bytes.length;
            return;
          }
          waitingBytes += bytes.length;
          say({ kind: 'feed', id, bytes });
        },
        async end({ exitCode }) {
          if (home !== thread) return unread('the parsers had to be started again');
          const answer = Promise.withResolvers<ReadFindings>();
          pending.set(id, answer.resolve);
          const timer = setTimeout(
            () => giveUp(home, `the parsers took longer than ${END_MS_MAX / 1000} s`),
            END_MS_MAX,
          );
          say({ kind: 'end', id, exitCode });
          const result = await answer.promise;
          clearTimeout(timer);
          return skipped === 0 ? result : { ...result, toolRuns: [...result.toolRuns, partial(skipped)] };
        },
        [Symbol.dispose]() {
          if (home === thread) say({ kind: 'drop', id });
          leave();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(idle);
      await thread?.terminate();
    },
  };
}

const LOG = { artifact: 'log', format: 'text' };

function unread(note: string): ReadFindings {
  return {
    findings: [],
    toolRuns: [{ tool: 'crafting-table', completeness: 'failed', source: LOG, note }],
    count: 0,
  };
}

function partial(skippedBytes: number): ReadFindings['toolRuns'][number] {
  const note = `${skippedBytes} bytes of output came faster than they could be parsed`;
  return { tool: 'crafting-table', completeness: 'partial', source: LOG, note };
}
