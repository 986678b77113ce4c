import { expect, test } from 'vitest';
import { createNetworks } from './networks.ts';

const inLan = createNetworks(['192.168.0.0/16', '127.0.0.0/8', '::1/128', 'fd00::/8']);

test.each(['192.168.1.7', '127.0.0.1', '::1', '::ffff:192.168.1.7', '::ffff:c0a8:0107', 'fd00::1'])(
  '%s is in the LAN',
  (address) => {
    expect(inLan(address)).toBe(true);
  },
);

test.each([
  '192.169.0.1',
  '8.8.8.8',
  '::ffff:8.8.8.8',
  '2001:db8::1',
  '::',
  '',
  'localhost',
  '192.168.1.7, 8.8.8.8',
])('%j is not in the LAN', (address) => {
  expect(inLan(address)).toBe(false);
});

test('no networks let nobody in', () => {
  expect(createNetworks([])('127.0.0.1')).toBe(false);
});
