// A network namespace of a scenario's own, joined to this one by a pair of veth devices whose link can be cut. It is held by
// a process and has no name, so nothing of it can outlive the scenario, whatever becomes of that.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { spawnBound, stopChild } from '@crafting-table/dev-services/bound-child';
import { searchPath } from '@crafting-table/dev-services/config';
import { until } from '@crafting-table/e2e/until';

export type PrivateNetwork = AsyncDisposable & {
  /** A command that becomes the one behind it, inside the namespace. */
  entry: readonly string[];
  /** Makes a server of this host's loopback reachable from inside, and from nowhere else; gives back its URL there. */
  admit(url: string): Promise<string>;
  /** Takes the link down: packets vanish, and no side is told of it. */
  cut(): void;
  restore(): void;
};

/** @throws where this process may not make one; it takes root, iproute2 and util-linux. */
export async function makePrivateNetwork(): Promise<PrivateNetwork> {
  await using made = new AsyncDisposableStack();
  const holder = spawnBound({
    command: 'unshare',
    args: ['--net', 'sleep', 'infinity'],
    deathSignal: 'SIGTERM',
    env: { PATH: searchPath() },
    stdio: 'ignore',
  });
  made.defer(() => stopChild(holder, [{ signal: 'SIGTERM', waitMs: STOP_MS }]));
  await once(holder, 'spawn');
  const { pid } = holder;
  const ours = readlinkSync('/proc/self/ns/net');
  await until('there is a network namespace (it takes root and util-linux)', () => {
    if (holder.exitCode !== null) throw new Error(`unshare --net ended with exit code ${holder.exitCode}`);
    return readlinkSync(`/proc/${pid}/ns/net`) !== ours;
  });

  const entry = ['nsenter', `--net=/proc/${pid}/ns/net`];
  const outer = `ct${pid}`;
  const inner = `ct${pid}i`;
  const { outside, inside } = addressesFor(pid!); // It was spawned.
  const cut = () => must('ip', 'link', 'set', outer, 'down');
  const restore = () => must('ip', 'link', 'set', outer, 'up');
  must('ip', 'link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', String(pid));
  made.defer(async () => must('ip', 'link', 'del', outer));
  must('ip', 'address', 'add', `${outside}/30`, 'dev', outer);
  must(...entry, 'ip', 'address', 'add', `${inside}/30`, 'dev', inner);
  for (const device of ['lo', inner]) must(...entry, 'ip', 'link', 'set', device, 'up');
  restore();

  const kept = made.move();
  return {
    entry,
    async admit(url) {
      const relay = kept.use(await startRelay(outside, new URL(url)));
      const there = new URL(url);
      there.hostname = outside;
      there.port = String(relay.port);
      return there.href;
    },
    cut,
    restore,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const STOP_MS = 5_000;

/** Four addresses for each pair out of 198.18.0.0/15, which RFC 2544 sets apart for trials and no LAN uses. */
function addressesFor(pid: number): { outside: string; inside: string } {
  const block = (pid % 2 ** 14) * 4;
  const address = (offset: number) => `198.18.${(block + offset) >> 8}.${(block + offset) & 255}`;
  return { outside: address(1), inside: address(2) };
}

/** Passes connections on to a server of the loopback. It stays on this side of the cut, so no server hears of that. */
async function startRelay(
  address: string,
  { hostname, port }: URL,
): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [[near, far] as const, [far, near] as const]) {
      sockets.add(socket);
      socket.on('error', () => {}); // Broken connections are what this is for; the close follows.
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  server.listen(0, address);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port, // It listens on TCP.
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function must(...command: string[]): void {
  const [file, ...args] = command;
  const { status, stderr, error } = spawnSync(file!, args, { encoding: 'utf8' }); // There is always one.
  if (status === 0) return;
  throw new Error(`${command.join(' ')}: ${stderr?.trim() || error?.message} (it takes root and iproute2)`);
}
