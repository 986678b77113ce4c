import { Kysely, PostgresDialect } from 'kysely';
import { type Client, Pool, types } from 'pg';
import { PreparingClient } from './preparing-client.ts';
import type { Schema } from './schema.ts';

// Counts and byte offsets are bigint in Postgres and far below 2^53 here.
types.setTypeParser(types.builtins.INT8, Number);

export type Database = Kysely<Schema> & AsyncDisposable;

/** Where a query can be sent: the pool, or a transaction. */
export type Connection = Kysely<Schema>;

export type ConnectOptions = {
  url: string;
  /** Connections this process may hold at once. */
  poolSize: number;
  /** Shown in pg_stat_activity. */
  name: string;
  /** How long to wait for a connection before the database counts as away. */
  connectTimeoutMs?: number;
  /** A statement that takes longer is given up by the client and the server. */
  statementTimeoutMs?: number;
};

/** Opens a pool. Nothing is connected until the first query, so this succeeds while Postgres is away. */
export function connectDatabase(options: ConnectOptions): Database {
  const statementTimeoutMs = options.statementTimeoutMs ?? 60_000;
  const pool = new Pool({
    Client: PreparingClient as unknown as new () => Client, // The pool passes its own options to the constructor.
    connectionString: options.url,
    max: options.poolSize,
    application_name: options.name,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 800,
    statement_timeout: statementTimeoutMs,
    // The client's own limit catches a server that is frozen and cannot time out by itself.
    query_timeout: statementTimeoutMs + 1000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  });
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => {});
  // One that breaks between two queries of its holder says so to nobody else; the holder's next query fails with it.
  pool.on('connect', (client) => client.on('error', () => {}));
  const database = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return Object.assign(database, { [Symbol.asyncDispose]: () => database.destroy() });
}
