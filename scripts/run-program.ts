import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inherited } from './config.ts';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** No check and no set of tests takes this long; one that does is hanging. */
const PROGRAM_MS = 30 * 60_000;

/** Runs a program of the workspace with its output on this terminal; true when it ends well. A signal to us ends it. */
export async function runProgram(name: string, args: readonly string[], environment = {}): Promise<boolean> {
  const child = spawn(`${ROOT}node_modules/.bin/${name}`, args, {
    cwd: ROOT,
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: PROGRAM_MS,
    killSignal: 'SIGKILL',
  });
  const relay = (signal: NodeJS.Signals) => child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, relay);
  try {
    const [code] = await once(child, 'exit');
    return code === 0;
  } finally {
    for (const signal of signals) process.off(signal, relay);
  }
}
