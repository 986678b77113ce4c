import { zstdDecompressSync } from 'node:zlib';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { appendLogChunks, findChunkOfLine, listLastChunks, listLogChunks, measureLog } from './log-chunks.ts';
import { addProject, addRunningJob, openFarmDatabase } from './stand-ins/farm-rows.ts';
import { chunkOf, chunksOf } from './stand-ins/log-chunk.ts';
import { untilLockWaits } from './stand-ins/lock-waits.ts';
import type { Database } from './connect.ts';

test('a chunk that is sent twice is stored once', async () => {
  await using farm = await openFarmDatabase();
  const held = { jobId: await addRunningJob(farm.db, await addProject(farm.db)), attempt: 1 };
  const chunks = chunksOf('one\n', 'two\n');
  expect(await appendLogChunks(farm.db, held, chunks, null)).toBe('accepted');
  expect(await appendLogChunks(farm.db, held, chunks, null)).toBe('accepted');
  expect(await textOf(farm.db, held)).toBe('one\ntwo\n');
  expect(await measureLog(farm.db, held)).toEqual({
    chunks: 2,
    stored_bytes: 8,
    end_byte: 8,
    end_line: 2,
  });
});

test('a chunk on the border of what is trimmed comes back shorter under its old number', async () => {
  await using farm = await openFarmDatabase();
  const held = { jobId: await addRunningJob(farm.db, await addProject(farm.db)), attempt: 1 };
  const [head, middle, border] = chunksOf('head\n', 'middle\n', 'border\n') as [
    ReturnType<typeof chunkOf>,
    ReturnType<typeof chunkOf>,
    ReturnType<typeof chunkOf>,
  ]; // Three texts make three chunks.
  await appendLogChunks(farm.db, held, [head, middle, border], null);
  const cut = {
    ...chunkOf('er\n'),
    seq: border.seq,
    byte_offset: border.byte_offset + 4,
    line_offset: border.line_offset,
  };
  await appendLogChunks(farm.db, held, [cut], { fromByte: 5, toByte: cut.byte_offset });
  expect(await textOf(farm.db, held)).toBe('head\ner\n');
  expect(await measureLog(farm.db, held)).toMatchObject({ chunks: 2, stored_bytes: 8, end_byte: 19 });
});

test('the last chunks come in order, and those from a byte on begin with the one that holds it', async () => {
  await using farm = await openFarmDatabase();
  const held = { jobId: await addRunningJob(farm.db, await addProject(farm.db)), attempt: 1 };
  await appendLogChunks(farm.db, held, chunksOf('aa\n', 'bb\n', 'cc\n'), null);
  const last = await listLastChunks(farm.db, { ...held, limit: 2 });
  expect(last.map((chunk) => chunk.seq)).toEqual([1, 2]);
  const from = await listLogChunks(farm.db, { ...held, fromByte: 4, limit: 10 });
  expect(from.map((chunk) => chunk.seq)).toEqual([1, 2]);
});

test('a line is found in the chunk where it begins or right after it', async () => {
  await using farm = await openFarmDatabase();
  const held = { jobId: await addRunningJob(farm.db, await addProject(farm.db)), attempt: 1 };
  await appendLogChunks(farm.db, held, chunksOf('1\n2', '\n3\n', '4\n'), null);
  const offsets = await Promise.all([1, 2, 3, 4].map((line) => findChunkOfLine(farm.db, { ...held, line })));
  expect(offsets).toEqual([0, 0, 3, 3]);
  expect(await findChunkOfLine(farm.db, { ...held, line: 99 })).toBe(Number.MAX_SAFE_INTEGER);
});

test('an attempt that ends at this very moment keeps its log whole', async () => {
  await using farm = await openFarmDatabase();
  const held = { jobId: await addRunningJob(farm.db, await addProject(farm.db)), attempt: 1 };
  await appendLogChunks(farm.db, held, chunksOf('one\n', 'two\n'), null);
  const { trimming } = await farm.db.transaction().execute(async (transaction) => {
    await sql`update jobs set status = 'failed', lease_until = null where id = ${held.jobId}`.execute(
      transaction,
    );
    const trimming = appendLogChunks(farm.db, held, [], { fromByte: 0, toByte: 4 });
    await untilLockWaits(farm.db, 1);
    return { trimming };
  });
  expect(await trimming).toBe('over');
  expect(await textOf(farm.db, held)).toBe('one\ntwo\n');
});

async function textOf(db: Database, held: { jobId: string; attempt: number }): Promise<string> {
  const chunks = await listLogChunks(db, { ...held, fromByte: 0, limit: 100 });
  return Buffer.concat(chunks.map((chunk) => zstdDecompressSync(chunk.data))).toString();
}
