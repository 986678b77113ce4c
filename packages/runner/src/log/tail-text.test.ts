import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { createTailText } from './tail-text.ts';

test('remembers the end of everything that was pushed', () => {
  const writes = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 40 }), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(writes, (writes) => {
      const tail = createTailText(16);
      for (const write of writes) tail.push(Buffer.from(write));
      expect(tail.text()).toBe(writes.join('').slice(-16));
    }),
  );
});

test('shows half a character at its front as unreadable, and the rest as it is', () => {
  const tail = createTailText(4);
  tail.push(Buffer.from('€ok'));
  tail.push(Buffer.from('!'));
  expect(tail.text()).toBe('\u{FFFD}ok!');
});
