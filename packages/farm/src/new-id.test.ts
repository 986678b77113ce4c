import { expect, test } from 'vitest';
import { UUID_SHAPE } from './cursor.ts';
import { newId } from './new-id.ts';

test('ids made in one millisecond are unique and sort in the order they were made', () => {
  const now = Date.now() + 60_000;
  const ids = Array.from({ length: 10_000 }, () => newId(now));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(ids.toSorted());
});

test('a clock that goes back does not make ids go back', () => {
  const now = Date.now() + 120_000;
  const [before, after] = [newId(now), newId(now - 5000)];
  expect(after > before).toBe(true);
});

test('an id is a UUID of version 7 that begins with its time', () => {
  const now = Date.now() + 180_000;
  const id = newId(now);
  expect(id).toMatch(UUID_SHAPE);
  expect(id).toMatch(/^.{14}7.{4}[89ab]/);
  expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(now);
});
