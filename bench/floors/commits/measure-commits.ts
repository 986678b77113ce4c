import type { Bench } from '../../figure.ts';
import { startSideProcess } from '../../side-process.ts';

export type CommitsQuestion = { databaseUrl: string; connections: number; ms: number };
export type CommitsAnswer = { perSecond: number };

/** Commits of one small row per second, from that many connections at once, with every guarantee the farm has. */
export async function measureCommits(
  bench: Bench,
  { connections, ms }: { connections: number; ms: number },
): Promise<number> {
  await using side = bench.own(
    await startSideProcess<CommitsQuestion, CommitsAnswer>('./floors/commits/main.ts'),
  );
  const databaseUrl = await bench.stores.createDatabase();
  return (await side.ask({ databaseUrl, connections, ms })).perSecond;
}
