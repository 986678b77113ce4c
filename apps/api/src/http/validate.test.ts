import { expect, test } from 'vitest';
import { z } from 'zod';
import { validate } from './validate.ts';

const schema = z.strictObject({
  name: z.string(),
  parts: z.array(z.strictObject({ path: z.string() })).default([]),
  limit: z.coerce.number().max(5).default(1),
  choice: z
    .union([z.strictObject({ a: z.string() }), z.strictObject({ b: z.string(), c: z.string() })])
    .optional(),
});
const pathsOf = (value: unknown) => {
  const result = validate(schema, value, 'body');
  return 'faults' in result ? result.faults.map((fault) => fault.path) : [];
};

test('what fits comes back with its defaults', () => {
  expect(validate(schema, { name: 'a', limit: '3' }, 'query')).toEqual({
    value: { name: 'a', parts: [], limit: 3 },
  });
});

test('a fault says where it is, down to the index in a list', () => {
  expect(pathsOf({ name: 1, parts: [{ path: 'a' }, { path: 2 }], limit: 9 })).toEqual([
    'body.name',
    'body.parts.1.path',
    'body.limit',
  ]);
});

test('each unknown field is named where it stands', () => {
  expect(pathsOf({ name: 'a', parts: [{ path: 'a', y: 1 }], x: 1, z: 2 })).toEqual([
    'body.parts.0.y',
    'body.x',
    'body.z',
  ]);
});

test('of alternatives the nearest one is explained', () => {
  expect(pathsOf({ name: 'a', choice: { a: 1 } })).toEqual(['body.choice.a']);
});

test('a body that is nothing is one fault, and endless faults are cut', () => {
  expect(pathsOf(undefined)).toEqual(['body']);
  expect(pathsOf({ name: 'a', parts: Array.from({ length: 500 }, () => 1) })).toHaveLength(50);
});
