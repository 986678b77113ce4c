import { createHash } from 'node:crypto';
import { Client } from 'pg';

/** Texts are few, because values travel apart from them; the limit guards against one that is put together by mistake. */
const STATEMENTS_MAX = 500;
const names = new Map<string, string>();

type Query = (this: Client, text: unknown, values?: unknown, callback?: unknown) => unknown;
// pg declares a dozen overloads; Kysely and this package use a text with values and a text alone.
const sendQuery = Client.prototype.query as Query;

/**
 * A client whose queries with values are prepared by name, once for each connection: parsing and planning were half of
 * what a POST cost Postgres.
 */
export class PreparingClient extends Client {}

PreparingClient.prototype.query = function query(
  this: Client,
  text: unknown,
  values?: unknown,
  callback?: unknown,
) {
  const name =
    typeof text === 'string' && Array.isArray(values) && values.length > 0 ? nameOf(text) : undefined;
  return name === undefined
    ? sendQuery.call(this, text, values, callback)
    : sendQuery.call(this, { name, text, values }, callback);
} as Client['query'];

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= STATEMENTS_MAX) return known;
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 20);
  names.set(text, name);
  return name;
}
