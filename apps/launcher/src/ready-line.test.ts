import { expect, test } from 'vitest';
import { readyLines } from './ready-line.ts';

const FARM = {
  host: '127.0.0.1',
  port: 8810,
  bearerFile: '/srv/data/admin-bearer.txt',
  database: 'database: Postgres 18.4, embedded',
  queue: 'queue: BullMQ on Redis 7.0.15, private',
  workers: 2,
  dataDir: '/srv/data',
};

test('the first line names the address, and the rest what the farm stands on', () => {
  expect(readyLines(FARM)).toEqual([
    'crafting-table ready on http://127.0.0.1:8810',
    '  admin bearer: /srv/data/admin-bearer.txt',
    '  database: Postgres 18.4, embedded',
    '  queue: BullMQ on Redis 7.0.15, private',
    '  workers: 2',
    '  data: /srv/data',
  ]);
});

test('an IPv6 address stands in brackets', () => {
  expect(readyLines({ ...FARM, host: '::1' })[0]).toBe('crafting-table ready on http://[::1]:8810');
});
