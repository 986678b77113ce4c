import { sql, type RawBuilder } from 'kysely';
import type { LogChunk } from '@crafting-table/contracts/log';
import type { Connection, Database } from './connect.ts';

export type ChunkRow = Omit<LogChunk, 'data'> & { data: Buffer };

/** A range of bytes, counted over everything that was printed, that is not to be kept. */
export type Trim = { fromByte: number; toByte: number };

/**
 * Stores log chunks of a running attempt and removes those in the trimmed range. Sending a chunk again is harmless. `over`
 * means that the attempt was ended: nothing was stored.
 */
export async function appendLogChunks(
  db: Connection,
  held: { jobId: string; attempt: number },
  chunks: LogChunk[],
  trim: Trim | null,
): Promise<'accepted' | 'over'> {
  if (trim) await trimLogChunks(db, held, trim);
  const stored = await sql`
    with held as (
      select id, attempt from jobs
      where id = ${held.jobId} and attempt = ${held.attempt} and status = 'running' for share),
    chunks as (${insertChunksFrom(sql`held`, chunks)})
    select pg_notify('crafting_log', id || '.' || attempt) from held`.execute(db);
  return stored.rows.length === 1 ? 'accepted' : 'over';
}

/**
 * Removes the chunks of a running attempt that begin in a range. A statement of its own, before the chunks that follow:
 * the one on the border is removed first and comes back shorter, under its old number. The row of the job is locked, as by
 * every write of an attempt: seen without a lock, an attempt that ends at this very moment would still seem to run.
 */
export async function trimLogChunks(
  db: Connection,
  held: { jobId: string; attempt: number },
  trim: Trim,
): Promise<void> {
  await sql`
    with held as materialized (
      select id, attempt from jobs
      where id = ${held.jobId} and attempt = ${held.attempt} and status = 'running' for no key update)
    delete from log_chunks using held where job_id = held.id and log_chunks.attempt = held.attempt
      and byte_offset >= ${trim.fromByte} and byte_offset < ${trim.toByte}`.execute(db);
}

/** An insert of chunks for each row of `relation (id, attempt)`, to stand inside a larger statement. */
export function insertChunksFrom(relation: RawBuilder<unknown>, chunks: LogChunk[]): RawBuilder<unknown> {
  return sql`
    insert into log_chunks (job_id, attempt, seq, byte_offset, byte_length, line_offset, line_count, data)
    select h.id, h.attempt, c.seq, c.byte_offset, c.byte_length, c.line_offset, c.line_count, c.data
    from ${relation} h, unnest(
      ${chunks.map((chunk) => chunk.seq)}::int[], ${chunks.map((chunk) => chunk.byte_offset)}::bigint[],
      ${chunks.map((chunk) => chunk.byte_length)}::int[], ${chunks.map((chunk) => chunk.line_offset)}::bigint[],
      ${chunks.map((chunk) => chunk.line_count)}::int[], ${chunks.map((chunk) => Buffer.from(chunk.data))}::bytea[])
      as c (seq, byte_offset, byte_length, line_offset, line_count, data)
    on conflict (job_id, attempt, seq) do update set byte_offset = excluded.byte_offset,
      byte_length = excluded.byte_length, line_offset = excluded.line_offset, line_count = excluded.line_count,
      data = excluded.data`;
}

/** Chunks of an attempt that hold bytes at or after `fromByte`, in order. */
export async function listLogChunks(
  db: Database,
  of: { jobId: string; attempt: number; fromByte: number; limit: number },
): Promise<ChunkRow[]> {
  const found = await sql<ChunkRow>`
    select seq, byte_offset, byte_length, line_offset, line_count, data from log_chunks
    where job_id = ${of.jobId} and attempt = ${of.attempt} and byte_offset + byte_length > ${of.fromByte}
    order by seq limit ${of.limit}`.execute(db);
  return found.rows;
}

/** The last chunks of an attempt, in order. */
export async function listLastChunks(
  db: Connection,
  of: { jobId: string; attempt: number; limit: number },
): Promise<ChunkRow[]> {
  const found = await sql<ChunkRow>`
    select * from (
      select seq, byte_offset, byte_length, line_offset, line_count, data from log_chunks
      where job_id = ${of.jobId} and attempt = ${of.attempt} order by seq desc limit ${of.limit}) last
    order by seq`.execute(db);
  return found.rows;
}

export type LogExtent = {
  chunks: number;
  stored_bytes: number;
  end_byte: number;
  end_line: number;
};

/** How much of an attempt's log is stored, without reading it. */
export async function measureLog(db: Connection, of: { jobId: string; attempt: number }): Promise<LogExtent> {
  const found = await sql<LogExtent>`
    select count(*) as chunks, coalesce(sum(byte_length), 0)::bigint as stored_bytes,
      coalesce(max(byte_offset + byte_length), 0)::bigint as end_byte,
      coalesce(max(line_offset + line_count), 0)::bigint as end_line
    from log_chunks where job_id = ${of.jobId} and attempt = ${of.attempt}`.execute(db);
  return found.rows[0]!;
}

/** The byte offset of the chunk in which a line (counted from 1) begins, for jumping into a long log. */
export async function findChunkOfLine(
  db: Database,
  of: { jobId: string; attempt: number; line: number },
): Promise<number> {
  const found = await sql<{ byte_offset: number }>`
    select byte_offset from log_chunks
    where job_id = ${of.jobId} and attempt = ${of.attempt} and line_offset + line_count >= ${of.line - 1}
    order by seq limit 1`.execute(db);
  return found.rows[0]?.byte_offset ?? Number.MAX_SAFE_INTEGER;
}
