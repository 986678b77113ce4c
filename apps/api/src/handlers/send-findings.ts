import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ExportFormat } from '@crafting-table/contracts/finding-lists';
import type { Database } from '@crafting-table/database/connect';
import { exportFindings } from '@crafting-table/farm/findings/export-findings';
import { isRefusal, type Refusal } from '@crafting-table/farm/refusal';
import { sent, type Call } from '../http/bind-routes.ts';

/** Streams the findings of a job that were asked for as a file; they are never in memory as a whole. */
export async function sendFindings(
  db: Database,
  format: ExportFormat,
  { caller, params, query, request, response }: Call<'listFindings'>,
): Promise<typeof sent | Refusal> {
  const exported = await exportFindings(db, caller, params.id, format, query);
  if (isRefusal(exported)) return exported;
  response.type(`${exported.media}; charset=utf-8`).set({
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  });
  try {
    await pipeline(Readable.from(exported.pieces, { objectMode: false }), response);
  } catch (error) {
    if (!request.destroyed && !response.destroyed) throw error; // Otherwise the reader left, which is its right.
  }
  return sent;
}
