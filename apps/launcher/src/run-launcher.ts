// From the arguments to the exit code: start, demo, wait for the signal to stop.
import { flushCompileCache } from 'node:module';
import { HELP, readConfig } from './config.ts';
import { runDemo } from './demo/run-demo.ts';
import { demoFolder } from './farm-environment.ts';
import type { Entries } from './farm-processes.ts';
import type { Pace } from './keep-running.ts';
import { launch } from './launch.ts';
import type { Farm, LaunchOptions } from './launch.ts';
import { onStopSignals } from './stop-signals.ts';

export type LauncherOptions = {
  args: readonly string[];
  entries: Entries;
  migrate: LaunchOptions['migrate'];
};

const REFUSED = 2;

/** Runs the farm until it is told to stop, and answers the exit code of the launcher. */
export async function runLauncher({ args, entries, migrate }: LauncherOptions): Promise<number> {
  process.stdout.on('error', () => {}); // Whoever read our lines may be gone; the farm goes on.
  const print = (line: string) => console.log(line);
  const request = readConfig(args);
  if (request.kind === 'help') return say(HELP, 0);
  if (request.kind === 'refused') return say(request.why, REFUSED);
  const { config } = request;
  const stop = listenForStop();
  const outcome = await launch({ config, entries, migrate, print }, stop.signal).catch(explainFault);
  if (outcome.kind === 'refused') return say(outcome.why, REFUSED);
  if (outcome.kind === 'failed') return say(outcome.why, 1);
  if (outcome.kind === 'stopped') return 0;
  flushCompileCache(); // What was compiled by now is what the next start needs.
  const { farm } = outcome;
  if (config.runDemo && config.workers > 0) {
    const folder = demoFolder(config.dataDir);
    void runDemo({ ...farm, folder, environment: config.environment, print, signal: stop.signal });
  }
  return await stop.finish(farm);
}

function say(text: string, exitCode: number): number {
  (exitCode === 0 ? console.log : console.error)(text);
  return exitCode;
}

function explainFault(fault: unknown): { kind: 'failed'; why: string } {
  const reasons: string[] = [];
  for (let reason = fault; reason instanceof Error; reason = reason.cause)
    reasons.push(reason.message || reason.name);
  return { kind: 'failed', why: `crafting-table could not start: ${reasons.join(': ') || String(fault)}` };
}

/** A signal may come at any time: `signal` interrupts a start, finish() waits for one and then ends the farm. */
function listenForStop() {
  const stopping = new AbortController();
  const finished = Promise.withResolvers<number>();
  let farm: Farm | undefined;
  const stopFarm = (pace: Pace) => farm?.stop(pace).then(() => finished.resolve(0), finished.reject);
  onStopSignals((pace, why) => {
    console.log(pace === 'orderly' ? `stopping (${why}); a second Ctrl-C stops at once` : 'stopping at once');
    stopping.abort();
    void stopFarm(pace);
  });
  return {
    signal: stopping.signal,
    finish(ready: Farm): Promise<number> {
      farm = ready;
      if (stopping.signal.aborted) void stopFarm('orderly');
      return finished.promise;
    },
  };
}
