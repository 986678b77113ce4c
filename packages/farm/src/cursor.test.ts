import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor, NUMBER_SHAPE, UUID_SHAPE } from './cursor.ts';
import { newId } from './new-id.ts';

test('a cursor gives back what it was made of', () => {
  const id = newId();
  expect(decodeCursor('jobs', encodeCursor('jobs', id), UUID_SHAPE)).toBe(id);
  expect(decodeCursor('audit', encodeCursor('audit', 42), NUMBER_SHAPE)).toBe('42');
});

test.each([
  ['of another list', encodeCursor('audit', 42)],
  ['whose value has another shape', encodeCursor('findings', "1'; drop table jobs")],
  ['that was made up', 'abc'],
  ['that is empty', ''],
])('a cursor %s is none', (_what, cursor) => {
  expect(decodeCursor('findings', cursor, NUMBER_SHAPE)).toBeNull();
});
