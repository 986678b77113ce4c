import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { probeHost } from './addresses.ts';

const POLL_MS = 10;
const ANSWER_MS = 5_000;

/** Waits until GET /healthz answers 200; false when the signal is aborted first. */
export async function waitUntilHealthy(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if (await isHealthy(host, port)) return true;
    await sleep(POLL_MS);
  }
  return false;
}

/** Plain http instead of fetch: loading fetch alone takes longer than a whole warm start of Postgres. */
function isHealthy(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const request = get({ host: probeHost(host), port, path: '/healthz', agent: false, timeout: ANSWER_MS });
  request.on('timeout', () => request.destroy(new Error('no answer')));
  request.on('error', () => resolve(false));
  request.on('response', (response) => {
    response.resume();
    resolve(response.statusCode === 200);
  });
  return promise;
}
