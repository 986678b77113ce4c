// Single-row commits, as many as Postgres takes: each connection sends the next when the last is safe.
import { Client } from 'pg';
import { wallClockMs } from '../../clock.ts';
import { answerQuestions } from '../../side-process.ts';
import type { CommitsAnswer, CommitsQuestion } from './measure-commits.ts';

answerQuestions(async ({ databaseUrl, connections, ms }: CommitsQuestion): Promise<CommitsAnswer> => {
  const clients = await Promise.all(Array.from({ length: connections }, () => connect(databaseUrl)));
  await clients[0]!.query(
    'create table if not exists bench_commits (id uuid primary key default gen_random_uuid(), at timestamptz, text text)',
  );
  let commits = 0;
  const startedAt = wallClockMs();
  const lane = async (client: Client) => {
    while (wallClockMs() - startedAt < ms) {
      await client.query('insert into bench_commits (at, text) values (now(), $1)', ['x'.repeat(200)]);
      commits++;
    }
  };
  await Promise.all(clients.map(lane));
  const tookMs = wallClockMs() - startedAt;
  await Promise.all(clients.map((client) => client.end()));
  return { perSecond: commits / (tookMs / 1000) };
});

async function connect(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString });
  await client.connect();
  return client;
}
