import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { checkPort } from './addresses.ts';

test('a port in use is named, with what to do about it', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // It listens on TCP.
  const check = await checkPort('127.0.0.1', port);
  expect(check).toEqual({
    kind: 'unusable',
    why: expect.stringMatching(
      new RegExp(`^Port ${port} on 127.0.0.1 is already in use.*--port ${port + 1}$`),
    ),
  });
  server.close();
  await once(server, 'close');
  expect(await checkPort('127.0.0.1', port)).toEqual({ kind: 'free', port });
});

test('port 0 is answered with a free one', async () => {
  const check = await checkPort('127.0.0.1', 0);
  expect(check.kind === 'free' && check.port).toBeGreaterThan(1023);
});

test('an address that is not of this machine is told so', async () => {
  const check = await checkPort('192.0.2.1', 0);
  expect(check.kind === 'unusable' && check.why).toContain('192.0.2.1 is not an address of this machine');
});
