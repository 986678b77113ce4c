import { type Options, type ResultPromise, execa } from 'execa';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ContainedCommand } from './contain-command.ts';
import { findProgram, hasProgram } from './find-program.ts';
import { type Answer, openedRequest, parseAnswer, startRequest } from './fork-protocol.ts';
import { createForkedRoot, type ForkedRoot } from './forked-root.ts';
import type { ContainedRoot, RecipePlace, Spawner } from './spawner.ts';

/** Perl takes 10 ms to start; this is for a machine that is busy with everything else. */
const READY_MS = 10_000;
/** Nothing keeps a server from ending once its input is closed. */
const CLOSE_MS = 1_000;

/**
 * Starts a small process that starts recipes for this one. Rejects when it cannot work here. Should it end before it is
 * closed, what it runs ends with it (`exited` without an `exit()`), and the next recipe gets a new server.
 */
export async function startForkServer(): Promise<Spawner & AsyncDisposable> {
  let server = launch();
  await server.ready;
  return {
    async spawn(command, place) {
      if (server.hasEnded()) server = launch();
      return server.spawn(command, place);
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

type ForkServer = Spawner & {
  readonly ready: Promise<void>;
  hasEnded(): boolean;
  close(): Promise<void>;
};

function launch(): ForkServer {
  const subprocess = startPerl();
  const { nodeChildProcess: child } = subprocess;
  const ready = Promise.withResolvers<void>();
  const starting = new Map<string, PromiseWithResolvers<ContainedRoot>>();
  const running = new Map<string, ForkedRoot>();
  let lastId = 0;
  let end: Error | undefined;

  const requests: Writable = child.stdin!; // Both are pipes.
  requests.on('error', () => {}); // The server has ended, and that is told below.
  readLines(child.stdout!, (line) => take(parseAnswer(line)));
  const readyTimer = setTimeout(() => child.kill('SIGKILL'), READY_MS);
  void ready.promise.catch(() => {}).finally(() => clearTimeout(readyTimer));
  const ended = subprocess.then(({ shortMessage, stderr }) => {
    end = new Error(`The fork server has ended: ${shortMessage ?? 'it was not asked to'} ${stderr}`.trim());
    ready.reject(end);
    for (const { reject } of starting.values()) reject(end);
    for (const root of running.values()) root.lose();
  });

  function take(answer: Answer): void {
    if (answer.verb === 'ready') return ready.resolve();
    const { id } = answer;
    if (answer.verb === 'exited') {
      running.get(id)?.end(answer);
      running.delete(id);
      return;
    }
    const waiting = starting.get(id);
    starting.delete(id);
    if (answer.verb === 'failed') waiting?.reject(new Error(answer.why));
    else if (waiting) follow(waiting, answer);
  }

  function follow(
    { resolve, reject }: PromiseWithResolvers<ContainedRoot>,
    { id, pid, descriptor }: Extract<Answer, { verb: 'running' }>,
  ): void {
    try {
      const root = createForkedRoot(pid, `/proc/${child.pid}/fd/${descriptor}`);
      running.set(id, root);
      resolve(root);
    } catch (error) {
      reject(error);
    }
    requests.write(openedRequest(id));
  }

  async function spawn(command: ContainedCommand, place: RecipePlace): Promise<ContainedRoot> {
    const id = String(++lastId);
    const waiting = Promise.withResolvers<ContainedRoot>();
    try {
      requests.write(startRequest(id, command, place));
      starting.set(id, waiting);
      return await waiting.promise;
    } catch (cause) {
      throw new Error(`No process could be started with ${command.file} in ${place.cwd}`, { cause });
    }
  }

  async function close(): Promise<void> {
    requests.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
    await ended;
    clearTimeout(timer);
  }

  return { ready: ready.promise, hasEnded: () => end !== undefined, spawn, close };
}

/** In a session of its own, so that Ctrl-C in a terminal is for the worker alone, which ends its recipes in order. */
function startPerl(): ResultPromise<typeof SERVER_OPTIONS> {
  const script = fileURLToPath(new URL('fork-server.pl', import.meta.url));
  // The end of its input is enough; this also holds while it is stopped.
  const dieWithWorker = hasProgram('setpriv') ? [findProgram('setpriv'), '--pdeathsig', 'KILL'] : [];
  const [file, ...rest] = [...dieWithWorker, findProgram('perl'), script];
  return execa(file!, rest, SERVER_OPTIONS);
}

const SERVER_OPTIONS = {
  env: { LC_ALL: 'C' },
  extendEnv: false,
  cwd: '/',
  detached: true,
  stdin: 'pipe',
  stdout: 'pipe',
  stderr: 'pipe',
  // Its errors are few and end it; its answers are read here.
  buffer: { stdout: false, stderr: true },
  reject: false,
  cleanup: false,
} as const satisfies Options;

function readLines(source: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  source.setEncoding('utf8');
  source.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!; // There is always one.
    for (const line of lines) onLine(line);
  });
}
