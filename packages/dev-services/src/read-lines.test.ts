import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { readLines } from './read-lines.ts';

test('lines are told apart wherever the pieces are cut', async () => {
  expect(await linesOf(['one\ntw', 'o\r\n', 'three'])).toEqual(['one', 'two', 'three']);
});

test('a character that is cut in two arrives whole', async () => {
  const bytes = Buffer.from('naïve\n');
  expect(await linesOf([bytes.subarray(0, 3), bytes.subarray(3)])).toEqual(['naïve']);
});

test('a line without an end is handed over in bounded pieces', async () => {
  const lines = await linesOf(Array.from({ length: 10 }, () => 'x'.repeat(50_000)));
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.join('')).toHaveLength(500_000);
});

async function linesOf(pieces: (string | Buffer)[]): Promise<string[]> {
  const stream = new PassThrough();
  const lines: string[] = [];
  readLines(stream, (line) => lines.push(line));
  for (const piece of pieces) stream.write(piece);
  stream.end();
  await finished(stream);
  return lines;
}
