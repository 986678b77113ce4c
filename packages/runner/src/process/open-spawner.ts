import { startForkServer } from './fork-server.ts';
import { directSpawner } from './spawn-directly.ts';
import type { Spawner } from './spawner.ts';

/** Closed when no recipe runs any more. */
export type OpenSpawner = Spawner & AsyncDisposable & { readonly means: 'fork_server' | 'direct' };

/** The cheapest spawner that works here: a fork server, or direct starts where it cannot be (macOS, no perl, Linux < 5.3). */
export async function openSpawner(): Promise<OpenSpawner> {
  try {
    const server = await startForkServer();
    return { ...server, means: 'fork_server' };
  } catch {
    // Whatever is missing for it, direct starts do the same and are only slower.
    return { ...directSpawner, means: 'direct', [Symbol.asyncDispose]: async () => {} };
  }
}
