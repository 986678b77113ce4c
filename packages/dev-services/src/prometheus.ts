// Prometheus's own programs, where a machine has them: what they say of rules and of a page of metrics is what counts.
import { searchPath } from './config.ts';
import { findOnPath } from './find-on-path.ts';

export type Prometheus = { server: string; promtool: string };

/** Undefined where the machine has none: tests that ask Prometheus itself then do not exist, and the runner says so. */
export async function findPrometheus(path = searchPath()): Promise<Prometheus | undefined> {
  const [server, promtool] = await Promise.all([
    findOnPath(['prometheus'], path),
    findOnPath(['promtool'], path),
  ]);
  return server && promtool ? { server, promtool } : undefined;
}
