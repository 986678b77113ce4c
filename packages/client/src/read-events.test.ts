import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEvents, type ServerEvent } from './read-events.ts';

const TEXT = [
  ': nothing new\n\n',
  'event: log\nid: 1.7\ndata: {"text":"naïve 🙂: a\\n\\nb"}\n\n',
  'data: 1\n\n',
  'event: end\ndata: {"job":null}\n\n',
].join('');
const EVENTS: ServerEvent[] = [
  { event: 'log', id: '1.7', data: { text: 'naïve 🙂: a\n\nb' } },
  { event: 'message', id: null, data: 1 },
  { event: 'end', id: null, data: { job: null } },
];

test('events are the same however their bytes are cut', async () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(lengths, async (lengths) => {
      expect(await Array.fromAsync(readEvents(cut(Buffer.from(TEXT), lengths)))).toEqual(EVENTS);
    }),
  );
});

test('an event that was not ended is none', async () => {
  const bytes = Buffer.from('data: 1\n\ndata: 2\n');
  expect(await Array.fromAsync(readEvents(cut(bytes, [])))).toEqual([
    { event: 'message', id: null, data: 1 },
  ]);
});

function cut(bytes: Buffer, lengths: number[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      let start = 0;
      for (const length of [...lengths, bytes.length]) {
        const piece = bytes.subarray(start, start + length);
        if (piece.length > 0) controller.enqueue(new Uint8Array(piece));
        start += length;
      }
      controller.close();
    },
  });
}
