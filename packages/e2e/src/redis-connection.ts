// A few words of the Redis protocol, for what no part of the farm would ever do: empty its store, or listen to all it is told.
import { connect } from 'node:net';
import { once } from 'node:events';

export type RedisConnection = Disposable & {
  /** Sends a command and resolves once something came back. */
  send(...words: string[]): Promise<void>;
  /** Everything that came back so far. */
  received(): string;
};

export async function connectRedis(redisUrl: string): Promise<RedisConnection> {
  const url = new URL(redisUrl);
  const socket = connect(Number(url.port || 6379), url.hostname);
  await once(socket, 'connect');
  let received = '';
  socket.on('data', (bytes) => (received += bytes.toString('latin1')));
  const send = async (...words: string[]) => {
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    socket.write(`*${words.length}\r\n${parts.join('')}`);
    const [answer] = await once(socket, 'data');
    if (answer.toString().startsWith('-')) throw new Error(`Redis refused ${words[0]}: ${answer}`);
  };
  if (url.password !== '') await send('AUTH', decodeURIComponent(url.password));
  return { send, received: () => received, [Symbol.dispose]: () => socket.destroy() };
}
