import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { startFarmProcess } from './farm-process.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

test('a worker that waits for Postgres says so, and ends when it is told to stop', async () => {
  await using folder = await temporaryFolder('worker-start');
  // As the port of a Postgres that is just being started: whoever comes is shown out.
  await using server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // It listens on TCP.
  const worker = await startFarmProcess({
    app: 'worker',
    name: 'worker',
    environment: {
      PATH: process.env['PATH'],
      DATABASE_URL: `postgres://farm:secret@127.0.0.1:${port}/farm`,
      CRAFTING_DATA_DIR: folder.path,
    },
  });
  await once(server, 'connection');
  await until('it says what it waits for', () => worker.log().includes('Postgres is away; trying again'));
  await worker.kill('SIGTERM');
  expect(await worker.stop()).toBe('exit code 0');
  expect(worker.troubles()).toEqual([]);
});
