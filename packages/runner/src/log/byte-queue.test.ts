import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { createByteQueue } from './byte-queue.ts';

const step = fc.oneof(
  fc.record({ push: fc.integer({ min: 0, max: 40_000 }) }),
  fc.record({ push: fc.integer({ min: 0, max: 100 }) }),
  fc.record({ drop: fc.nat(60_000) }),
);

test('gives back what was pushed, in order, between any drops', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(), fc.nat(), (steps, one, other) => {
      const queue = createByteQueue();
      let expected: Buffer = Buffer.alloc(0);
      for (const [index, step] of steps.entries()) {
        if ('push' in step) {
          queue.push(Buffer.alloc(step.push, index));
          expected = Buffer.concat([expected, Buffer.alloc(step.push, index)]);
        } else {
          const dropped = Math.min(step.drop, queue.length);
          queue.drop(dropped);
          expected = expected.subarray(dropped);
        }
      }
      const [from, to] = [one % (expected.length + 1), other % (expected.length + 1)].sort((a, b) => a - b);
      expect(queue.length).toBe(expected.length);
      expect(Buffer.concat(queue.views(from!, to!)).equals(expected.subarray(from, to))).toBe(true);
    }),
  );
});

test('ten thousand short lines become a few buffers', () => {
  const queue = createByteQueue();
  for (let line = 0; line < 10_000; line += 1) queue.push(Buffer.from('a line of output\n'));
  expect(queue.views(0, queue.length).length).toBeLessThan(5);
});

test('a large chunk is kept without copying', () => {
  const queue = createByteQueue();
  const chunk = Buffer.alloc(64 * 1024);
  queue.push(chunk);
  expect(queue.views(0, queue.length)[0]?.buffer).toBe(chunk.buffer);
});

test('bytes handed out for a write do not change when more are pushed', () => {
  const queue = createByteQueue();
  queue.push(Buffer.from('first'));
  const [view] = queue.views(0, 5);
  queue.push(Buffer.from('second'));
  expect(view?.toString()).toBe('first');
});
