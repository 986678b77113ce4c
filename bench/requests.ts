// HTTP with as little as possible between the clock and the farm: connections that stay open, nothing checked.
import { Agent, request } from 'node:http';

export type Reply = { status: number; text: string };

export type Requests = Disposable & {
  get(path: string): Promise<Reply>;
  post(path: string, body: unknown): Promise<Reply>;
};

const REQUEST_MS = 30_000;

export function openRequests({ baseUrl, bearer }: { baseUrl: string; bearer: string }): Requests {
  const { hostname, port } = new URL(baseUrl);
  const agent = new Agent({ keepAlive: true });
  const send = (method: string, path: string, body: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const headers = {
      authorization: `Bearer ${bearer}`,
      ...(body !== '' && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    const sent = request({ agent, hostname, port, method, path, headers, timeout: REQUEST_MS }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      answer.on('error', reject).on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer in ${REQUEST_MS} ms`)));
    sent.on('error', reject).end(body);
    return promise;
  };
  return {
    get: (path) => send('GET', path, ''),
    post: (path, body) => send('POST', path, JSON.stringify(body)),
    [Symbol.dispose]: () => agent.destroy(),
  };
}
