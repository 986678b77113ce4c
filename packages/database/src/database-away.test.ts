import { expect, test } from 'vitest';
import { isDatabaseAway } from './database-away.ts';

test.each(['EAI_AGAIN', 'ENETUNREACH', 'EHOSTDOWN'])(
  'a name or a network that fails for a moment (%s) is a Postgres that is away, and ends no process',
  (code) => {
    const fault = Object.assign(new Error(`connect ${code} postgres:5432`), { code });
    expect(isDatabaseAway(fault)).toBe(true);
    expect(isDatabaseAway(new AggregateError([new Error('of another kind'), fault]))).toBe(true);
  },
);
