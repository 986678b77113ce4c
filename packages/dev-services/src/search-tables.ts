// Looks for a text in everything that a database keeps and is told: what nobody is to find there, a test does not find.
import { Client } from 'pg';

export type StatementWatch = AsyncDisposable & {
  /** Every statement that was seen in pg_stat_activity so far. */
  seen(): string[];
};

const LOOK_MS = 10;

/** Names of the tables, of all schemas but the system's, in which a row holds the text, as it is or as bytes. */
export async function findTablesWith(url: string, text: string): Promise<string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1`,
    );
    const found: string[] = [];
    for (const { name } of rows) {
      const patterns = [text, Buffer.from(text).toString('hex')].map((each) => `%${each}%`);
      const hit = await client.query(`select from ${name} it where it::text like any($1) limit 1`, [
        patterns,
      ]);
      if (hit.rowCount !== 0) found.push(name);
    }
    return found;
  });
}

/** Looks at what the connections to the database do, again and again until it is disposed of. */
export async function watchStatements(url: string): Promise<StatementWatch> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const seen = new Set<string>();
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const { rows } = await client.query<{ query: string }>(
        'select query from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      for (const { query } of rows) seen.add(query);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  })();
  return {
    seen: () => [...seen],
    async [Symbol.asyncDispose]() {
      over.abort();
      await watching;
      await client.end();
    },
  };
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
