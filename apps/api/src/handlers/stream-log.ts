import { once } from 'node:events';
import type { Response } from 'express';
import type { Database } from '@crafting-table/database/connect';
import { followLog, type LogEvent, type LogPosition } from '@crafting-table/farm/logs/follow-log';
import type { News } from '@crafting-table/farm/logs/news';
import { createRecentBytes } from '@crafting-table/farm/logs/recent-bytes';
import { isRefusal, type Refusal } from '@crafting-table/farm/refusal';
import { sent, type Call } from '../http/bind-routes.ts';

/** Bytes that may wait for one reader's connection. More than one event, or each would cost a turn of the event loop. */
const BUFFERED_MAX = 128 * 1024;

/** What the readers of one log are sent is the same bytes: made once for all that are at about the same place. */
const RENDERED_BYTES_MAX = 8 * 1024 ** 2;
const rendered = createRecentBytes(RENDERED_BYTES_MAX);

/** Sends a log as server-sent events until the job is over or the reader leaves. */
export async function streamLog(
  db: Database,
  news: News,
  { caller, params, query, request, response }: Call<'streamLog'>,
): Promise<typeof sent | Refusal> {
  const left = new AbortController();
  response.on('close', () => left.abort());
  const events = await followLog(db, caller, params.id, {
    from: parsePosition(request.headers['last-event-id']),
    attempt: query.attempt ?? null,
    news,
    signal: left.signal,
  });
  if (isRefusal(events)) return events;
  response.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  for await (const event of events) {
    if (left.signal.aborted) break;
    response.write(event.kind === 'log' ? await renderShared(params.id, event) : renderEvent(event));
    if (response.writableLength > BUFFERED_MAX) await drained(response, left.signal);
  }
  response.end();
  return sent;
}

/** The printed bytes of an attempt never change, so their place names them. */
function renderShared(jobId: string, event: LogEvent & { kind: 'log' }): Promise<Buffer> {
  const { position, bytes } = event;
  const name = `${jobId} ${renderPosition(position)} ${bytes.length}`;
  return rendered.get(name, async () => Buffer.from(renderEvent(event)));
}

/** Text travels as JSON, because a bare carriage return would end a line of an event. */
export function renderEvent(event: LogEvent): string {
  switch (event.kind) {
    case 'log':
      return `event: log\nid: ${renderPosition(event.position)}\ndata: ${JSON.stringify({ text: event.bytes.toString() })}\n\n`;
    case 'gap':
      return `event: gap\nid: ${renderPosition(event.position)}\ndata: ${JSON.stringify({ bytes: event.bytes })}\n\n`;
    case 'attempt':
      return `event: attempt\nid: ${renderPosition(event.position)}\ndata: ${JSON.stringify({ attempt: event.position.attempt })}\n\n`;
    case 'end':
      return `event: end\ndata: ${JSON.stringify({ job: event.job })}\n\n`;
    case 'idle':
      return ': nothing new\n\n';
  }
}

export function parsePosition(header: string | string[] | undefined): LogPosition | null {
  const match = typeof header === 'string' ? /^(\d{1,9})\.(\d{1,15})$/.exec(header) : null;
  return match ? { attempt: Math.max(1, Number(match[1])), offset: Number(match[2]) } : null;
}

function renderPosition({ attempt, offset }: LogPosition): string {
  return `${attempt}.${offset}`;
}

async function drained(response: Response, signal: AbortSignal): Promise<void> {
  await once(response, 'drain', { signal }).catch(() => {}); // The reader left; the loop sees that next.
}
