import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { isPlanOutdated } from './database-away.ts';

/** Texts are few, because values travel apart from them; the limit guards against one that is put together by mistake. */
const STATEMENTS_MAX = 500;
const names = new Map<string, string>();
let renamings = 0;

type Query = (this: Client, text: unknown, values?: unknown, callback?: unknown) => unknown;
// pg declares a dozen overloads; Kysely and this package use a text with values and a text alone.
const sendQuery = Client.prototype.query as Query;

/**
 * A client whose queries with values are prepared by name, once for each connection: parsing and planning were half of
 * what a POST cost Postgres. A statement that was prepared before a migration changed its table is prepared again.
 */
export class PreparingClient extends Client {}

PreparingClient.prototype.query = function query(
  this: Client,
  text: unknown,
  values?: unknown,
  callback?: unknown,
) {
  const isPrepared = typeof text === 'string' && Array.isArray(values) && values.length > 0;
  const name = isPrepared ? nameOf(text) : undefined;
  if (!isPrepared || name === undefined) return sendQuery.call(this, text, values, callback);
  const answer = sendQuery.call(this, { name, text, values }, callback);
  if (!(answer instanceof Promise)) return answer;
  return answer.catch((fault: unknown) => {
    if (!isPlanOutdated(fault)) throw fault;
    rename(text, name);
    return Promise.resolve(sendQuery.call(this, text, values)).catch((second: unknown) => {
      throw isInFailedTransaction(second) ? fault : second; // Then it is the transaction that has to be tried again.
    });
  });
} as Client['query'];

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= STATEMENTS_MAX) return known;
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 20);
  names.set(text, name);
  return name;
}

/** Every connection prepares it under the new name; the old one is forgotten with the connection. */
function rename(text: string, outdated: string): void {
  if (names.get(text) === outdated) names.set(text, `${outdated.slice(0, 20)}.${++renamings}`);
}

function isInFailedTransaction(fault: unknown): boolean {
  return fault instanceof Error && 'code' in fault && fault.code === '25P02';
}
