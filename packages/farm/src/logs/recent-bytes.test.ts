import { expect, test } from 'vitest';
import { createRecentBytes } from './recent-bytes.ts';

test('what was made a moment ago is not made again, nor what is being made', async () => {
  const recent = createRecentBytes(100);
  let count = 0;
  const make = async () => Buffer.alloc(10, ++count);
  const [first, second] = await Promise.all([recent.get('a', make), recent.get('a', make)]);
  expect(await recent.get('a', make)).toBe(first);
  expect([second, count]).toEqual([first, 1]);
});

test('the oldest goes when there is no room', async () => {
  const recent = createRecentBytes(25);
  const made: string[] = [];
  const ask = (name: string) => recent.get(name, async () => (made.push(name), Buffer.alloc(10)));
  for (const name of ['a', 'b', 'c', 'c', 'b', 'a']) await ask(name);
  expect(made).toEqual(['a', 'b', 'c', 'a']);
});

test('what could not be made is tried again', async () => {
  const recent = createRecentBytes(100);
  await expect(recent.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await recent.get('a', async () => Buffer.from('x'))).toEqual(Buffer.from('x'));
});
