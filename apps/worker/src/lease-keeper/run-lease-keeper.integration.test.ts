import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { createTestDatabase } from '@crafting-table/dev-services/test-database';
import type { ToKeeper } from './messages.ts';
import { runLeaseKeeper } from './run-lease-keeper.ts';

/** So rarely are leases renewed here that only a renewal that is tried again can answer in time. */
const RENEW_SECS = 60;
const ANSWER_MS = 10_000;

test('a worker that was cut off hears what it has lost soon after the return, and not at its next renewal', async () => {
  await using database = await createTestDatabase();
  await using link = await openLink(new URL(database.url));
  const { port1: near, port2: far } = new MessageChannel();
  const say = (message: ToKeeper) => near.postMessage(message);
  runLeaseKeeper(far, { databaseUrl: link.url, workerId: NOBODY, leaseSecs: 30, renewSecs: RENEW_SECS });

  say({ kind: 'hold', attempt: { jobId: NOBODY, attempt: 1 } });
  say({ kind: 'state', blocked: null, draining: false }); // Is told at once, with a renewal.
  await link.refusal();
  await link.refusal();
  const answer = once(near, 'message', { signal: AbortSignal.timeout(ANSWER_MS) });
  link.restore();
  expect((await answer)[0]).toEqual({ kind: 'lost', attempt: { jobId: NOBODY, attempt: 1 } });

  const closed = once(near, 'close');
  say({ kind: 'stop' });
  await closed;
});

const NOBODY = '00000000-0000-7000-8000-000000000000';

/** A way to the database that is cut until it is restored. */
async function openLink(target: URL) {
  const sockets = new Set<Socket>();
  let isCut = true;
  const server = createServer((near) => {
    if (isCut) {
      server.emit('refusal');
      near.destroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [[near, far] as const, [far, near] as const]) {
      sockets.add(socket);
      socket.on('error', () => {}); // The close follows.
      socket.on('close', () => other.destroy());
      socket.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port); // It listens on TCP.
  return {
    url: url.href,
    refusal: () => once(server, 'refusal'),
    restore() {
      isCut = false;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
