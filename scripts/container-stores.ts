// Postgres and Redis in containers, by testcontainers: the versions that compose.yml runs, on any machine with an engine.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { GenericContainer, Wait } from 'testcontainers';

export type ContainerStores = AsyncDisposable & { databaseUrl: string; redisUrl: string };

const POSTGRES_IMAGE = 'postgres:17';
const REDIS_IMAGE = 'redis:7';
/** Every file of tests has connections of its own, and a farm of processes has many. */
const CONNECTIONS_MAX = 400;
/** An engine may have to fetch the images first. */
const START_MS = 300_000;
const SOCKET = '/var/run/docker.sock';

/** Whether there seems to be an engine: where its socket is, or where DOCKER_HOST says. */
export function isEngineThere(dockerHost: string | undefined): boolean {
  return dockerHost !== undefined || existsSync(SOCKET);
}

/** Starts both; their data is gone with them. @throws when there is no engine, or it cannot run them. */
export async function startContainerStores(): Promise<ContainerStores> {
  await using started = new AsyncDisposableStack();
  const password = randomBytes(16).toString('hex');
  const postgres = await new GenericContainer(POSTGRES_IMAGE)
    .withEnvironment({ POSTGRES_PASSWORD: password })
    // What tests write need not survive a crash of the machine.
    .withCommand([
      'postgres',
      '-c',
      'fsync=off',
      '-c',
      'full_page_writes=off',
      '-c',
      `max_connections=${CONNECTIONS_MAX}`,
    ])
    .withExposedPorts(5432)
    // Said once by the server that sets up the folder, and once by the one that stays.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .withStartupTimeout(START_MS)
    .start();
  started.defer(async () => void (await postgres.stop()));
  const redis = await new GenericContainer(REDIS_IMAGE)
    .withCommand([
      'redis-server',
      '--requirepass',
      password,
      '--save',
      '',
      '--maxmemory-policy',
      'noeviction',
    ])
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .withStartupTimeout(START_MS)
    .start();
  started.defer(async () => void (await redis.stop()));
  const stop = started.move();
  return {
    databaseUrl: `postgres://postgres:${password}@${postgres.getHost()}:${postgres.getMappedPort(5432)}/postgres`,
    redisUrl: `redis://:${password}@${redis.getHost()}:${redis.getMappedPort(6379)}`,
    [Symbol.asyncDispose]: () => stop.disposeAsync(),
  };
}
