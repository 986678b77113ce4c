import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chooseQueueBackend } from './choose-queue-backend.ts';
import { searchPath, testRedisUrl } from './config.ts';
import { isAlive } from './process-life.ts';
import { startRedis } from './redis.ts';
import type { RunningRedis } from './redis.ts';
import { temporaryFolder } from './stand-ins/temporary-folder.ts';

const path = searchPath();
const log = () => {};

describe('without a server program', () => {
  test('there is no private Redis, and Postgres carries the deliveries', async () => {
    expect(await startRedis({ dataDir: null, path: '/nowhere', log })).toBeNull();
    const chosen = await chooseQueueBackend(undefined, { dataDir: null, path: '/nowhere', log });
    expect(chosen).toEqual({ kind: 'postgres', why: 'no redis-server or valkey-server on PATH' });
  });

  test('a Redis that was named is used', async () => {
    const chosen = await chooseQueueBackend('redis://attic:6379', { dataDir: null, path: '/nowhere', log });
    expect(chosen).toEqual({ kind: 'redis_external', url: 'redis://attic:6379' });
  });
});

// The runner sets the URL where it found a server program, and says loudly where it did not.
describe.runIf(testRedisUrl())('a private Redis', () => {
  test('keeps its data from start to start', async () => {
    await using folder = await temporaryFolder();
    const first = await start(folder.path);
    expect(await ask(first, 'SET kept 42')).toBe('+OK');
    await first.stop();
    await using second = await start(folder.path);
    expect(await ask(second, 'GET kept')).toBe('$2\r\n42');
    expect(second.version).toMatch(/^\d+\.\d+/);
  });

  test('is open to nobody without the password, and evicts nothing', async () => {
    await using folder = await temporaryFolder();
    await using redis = await start(folder.path);
    expect(await ask({ ...redis, url: `redis://:guessed@127.0.0.1:${redis.port}` }, 'PING')).toMatch(
      /^-(NOAUTH|WRONGPASS)/,
    );
    expect(await ask(redis, 'CONFIG GET maxmemory-policy')).toContain('noeviction');
  });

  test('that a killed parent left behind is ended before the next one touches its files', async () => {
    await using folder = await temporaryFolder();
    const leftover = await start(folder.path);
    await using next = await start(folder.path);
    expect(isAlive(leftover.pid)).toBe(false);
    expect(await ask(next, 'PING')).toBe('+PONG');
  });

  test('is nowhere to be found after its end', async () => {
    const redis = (await startRedis({ dataDir: null, path, log }))!;
    await redis.stop();
    expect(isAlive(redis.pid)).toBe(false);
  });
});

async function start(folder: string): Promise<RunningRedis> {
  const redis = await startRedis({ dataDir: join(folder, 'redis'), path, log });
  if (!redis) throw new Error('there is a server program, or this suite would not exist');
  return redis;
}

/** One command, after the password, in Redis' inline form: the first reply after the one to AUTH. */
async function ask(redis: RunningRedis, command: string): Promise<string> {
  const socket = connect(redis.port, '127.0.0.1').setEncoding('utf8');
  socket.write(`AUTH ${new URL(redis.url).password}\r\n${command}\r\nQUIT\r\n`);
  let text = '';
  for await (const piece of socket) text += piece;
  const [first = '', ...rest] = text.trimEnd().split('\r\n');
  return first.startsWith('-') ? first : rest.slice(0, -1).join('\r\n');
}
