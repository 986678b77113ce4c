import { expect, test } from 'vitest';
import { levelOf } from './open-request.ts';

test.for([
  ['GET', 200, 'debug'],
  ['POST', 202, 'info'],
  ['POST', 409, 'info'],
  ['GET', 500, 'warn'],
  // A farm that starts is asked for its health until it is well: nobody needs to be warned of that.
  ['GET', 503, 'info'],
] as const)('%s answered with %i is logged as %s', ([method, status, level]) => {
  expect(levelOf(method, status)).toBe(level);
});
