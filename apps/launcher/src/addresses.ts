import { once } from 'node:events';
import { createServer } from 'node:net';

/** The URL of an address as a browser wants it: IPv6 in brackets. */
export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** An address at which a server that listens on `host` answers this very machine. */
export function probeHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

export type PortCheck = { kind: 'free'; port: number } | { kind: 'unusable'; why: string };

/** Whether the API will be able to listen there; port 0 is answered with a free one. */
export async function checkPort(host: string, port: number): Promise<PortCheck> {
  const server = createServer().listen(port, host);
  try {
    await once(server, 'listening');
  } catch (fault) {
    return { kind: 'unusable', why: explain(host, port, fault) };
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return { kind: 'free', port: typeof address === 'object' && address ? address.port : port };
}

function explain(host: string, port: number, fault: unknown): string {
  const code = fault instanceof Error && 'code' in fault ? fault.code : undefined;
  if (code === 'EADDRINUSE') {
    return `Port ${port} on ${host} is already in use. Stop the program that uses it, or choose another: npm start -- --port ${port + 1}`;
  }
  if (code === 'EACCES')
    return `Port ${port} is for root only. Choose one above 1023: npm start -- --port 8810`;
  if (code === 'EADDRNOTAVAIL')
    return `${host} is not an address of this machine. Try --host 127.0.0.1 or --host 0.0.0.0.`;
  return `Cannot listen on ${host}:${port}: ${fault instanceof Error ? fault.message : String(fault)}`;
}
