// A network between a worker and its Postgres that breaks at the worst moment: when certain bytes pass.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** `before_arrival`: Postgres never sees the bytes. `before_answer`: it does all they ask for, and nobody hears of it. */
export type CutMoment = 'before_arrival' | 'before_answer';

export type CuttingProxy = AsyncDisposable & {
  /** The same database by way of the proxy. */
  url: string;
  /** Cuts all connections the next time that the text goes to the server; once. */
  cutAt(text: string, moment: CutMoment): void;
  /** Whether the text has not come by yet. */
  isWaitingFor(text: string): boolean;
};

export async function startCuttingProxy(serverUrl: string): Promise<CuttingProxy> {
  const target = new URL(serverUrl);
  const cuts = new Map<string, CutMoment>();
  const sockets = new Set<Socket>();
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const track = (socket: Socket, other: () => Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {}); // A broken connection is what this is for.
    socket.on('close', () => {
      sockets.delete(socket);
      other().destroy();
    });
  };
  /** The moment that is due, when these bytes complete one of the texts. */
  const takeCut = (bytes: string): CutMoment | null => {
    const found = [...cuts].find(([text]) => bytes.includes(text));
    if (!found) return null;
    cuts.delete(found[0]);
    return found[1];
  };

  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    track(client, () => upstream);
    track(upstream, () => client);
    let carried = '';
    let isDoomed = false;
    client.on('data', (bytes) => {
      const text = carried + bytes.toString('latin1');
      carried = text.slice(1 - TEXT_CHARS_MAX);
      const moment = takeCut(text);
      if (moment === 'before_arrival') return cutAll();
      if (moment === 'before_answer') isDoomed = true;
      upstream.write(bytes);
    });
    // Postgres answers a statement with values once it is committed, not before.
    upstream.on('data', (bytes) => (isDoomed ? cutAll() : client.write(bytes)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(serverUrl);
  url.port = String((server.address() as AddressInfo).port); // It listens on TCP.
  return {
    url: url.href,
    cutAt(text, moment) {
      if (text.length > TEXT_CHARS_MAX) throw new Error(`${text} is too long to be noticed.`);
      cuts.set(text, moment);
    },
    isWaitingFor: (text) => cuts.has(text),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      cutAll();
      await closed;
    },
  };
}

/** A text may arrive in two pieces, so this much of what went by is remembered. */
const TEXT_CHARS_MAX = 200;
