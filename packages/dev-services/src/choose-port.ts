import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/**
 * A TCP port that is free at this moment. Another program may take it before it is used: who binds it must be ready to
 * choose again.
 */
export async function choosePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // A TCP server that listens has no other kind of address.
  server.close();
  await once(server, 'close');
  return port;
}
