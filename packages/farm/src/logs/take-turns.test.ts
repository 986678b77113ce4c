import { expect, test } from 'vitest';
import { createTurns } from './take-turns.ts';

/** Work that ends when the test says so. */
function makeWork() {
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const workOf = (name: string) => () => {
    begun.push(name);
    const end = Promise.withResolvers<string>();
    ends.set(name, end);
    return end.promise;
  };
  return { begun, ends, workOf };
}

test('no more work than allowed is under way, and what waits begins in the order it was asked for', async () => {
  const { begun, ends, workOf } = makeWork();
  const turns = createTurns(2);
  const results = ['a', 'b', 'c', 'd'].map((name) => turns.take(name, workOf(name)));
  await Promise.resolve();
  expect(begun).toEqual(['a', 'b']);
  ends.get('b')!.resolve('done');
  expect(await results[1]).toBe('done');
  expect(begun).toEqual(['a', 'b', 'c']);
  ends.get('a')!.reject(new Error('broken'));
  await expect(results[0]).rejects.toThrow('broken');
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
});

test('work that waits is shared by all who ask for it, work that has begun is not', async () => {
  const { begun, ends, workOf } = makeWork();
  const turns = createTurns(1);
  const first = turns.take('same', workOf('same'));
  await Promise.resolve();
  const sharers = [1, 2, 3].map(() => turns.take('same', workOf('same')));
  ends.get('same')!.resolve('early');
  expect(await first).toBe('early');
  expect(begun).toEqual(['same', 'same']);
  ends.get('same')!.resolve('later');
  expect(await Promise.all(sharers)).toEqual(['later', 'later', 'later']);
  expect(begun).toHaveLength(2);
});
