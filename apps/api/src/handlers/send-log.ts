import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Database } from '@crafting-table/database/connect';
import { readLog, type ByteRange } from '@crafting-table/farm/logs/read-log';
import { isRefusal, type Refusal } from '@crafting-table/farm/refusal';
import { sent, type Call } from '../http/bind-routes.ts';

/** Streams a log as text/plain; it is never in memory as a whole. */
export async function sendLog(
  db: Database,
  { caller, params, query, request, response }: Call<'getLog'>,
): Promise<typeof sent | Refusal> {
  const log = await readLog(db, caller, params.id, query, parseRange(request.headers.range));
  if (isRefusal(log)) return log;
  response.type('text/plain; charset=utf-8').set({
    'Accept-Ranges': 'bytes',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  });
  if (log.range) {
    const { first, last, total } = log.range;
    response.status(206).set({
      'Content-Range': `bytes ${first}-${last}/${total}`,
      'Content-Length': String(last - first + 1),
    });
  }
  try {
    await pipeline(Readable.from(log.pieces, { objectMode: false }), response);
  } catch (error) {
    if (!request.destroyed && !response.destroyed) throw error; // Otherwise the reader left, which is its right.
  }
  return sent;
}

/** A single byte range (RFC 9110, 14.1.2). Anything else is ignored, as the RFC allows, and the whole log is sent. */
export function parseRange(header: string | undefined): ByteRange | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  const first = match[1] === '' ? null : Number(match[1]);
  const last = match[2] === '' ? null : Number(match[2]);
  return first !== null && last !== null && last < first ? null : { first, last };
}
