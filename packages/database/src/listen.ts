import { Client } from 'pg';

export const CHANNELS = [
  'crafting_log',
  'crafting_job',
  'crafting_cancel',
  'crafting_token',
  'crafting_worker',
] as const;
export type Channel = (typeof CHANNELS)[number];
/** What happened, as ids only: `<job id>.<attempt>`, or `<token or worker id>.0`. */
export type Notice = { channel: Channel; id: string; attempt: number };

const RECONNECT_MS = 500;
const CONNECT_MS_MAX = 2000;

export type Listener = AsyncDisposable & { readonly connected: boolean };

/**
 * Hears what other processes announce. Notices are hints: they are lost while the connection is down, so `onGap` is
 * called after each (re)connection and the caller looks for itself.
 */
export function listen(options: {
  url: string;
  channels: readonly Channel[];
  onNotice: (notice: Notice) => void;
  onGap: () => void;
}): Listener {
  let client: Client | null = null;
  let connected = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const reconnectLater = (broken: Client) => {
    if (client !== broken) return; // It was given up already.
    connected = false;
    client = null;
    if (!closed) timer ??= setTimeout(connect, RECONNECT_MS);
  };

  async function connect(): Promise<void> {
    timer = undefined;
    const fresh = new Client({
      connectionString: options.url,
      application_name: 'crafting-listen',
      connectionTimeoutMillis: CONNECT_MS_MAX,
      keepAlive: true,
    });
    client = fresh;
    fresh.on('error', () => reconnectLater(fresh));
    fresh.on('end', () => reconnectLater(fresh));
    fresh.on('notification', (message) => {
      const notice = parseNotice(message.channel, message.payload);
      if (notice) options.onNotice(notice);
    });
    try {
      await fresh.connect();
      await fresh.query(options.channels.map((channel) => `listen ${channel}`).join('; '));
      connected = true;
      options.onGap();
    } catch {
      // Postgres is away; the next try is due in a moment and onGap will make good what was missed.
      fresh.end().catch(() => {});
      reconnectLater(fresh);
    }
  }

  void connect();
  return {
    get connected() {
      return connected;
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => {}); // It may have broken already; there is nothing left to release then.
    },
  };
}

function parseNotice(channel: string, payload: string | undefined): Notice | null {
  const [id, attempt] = (payload ?? '').split('.');
  const known = CHANNELS.find((name) => name === channel);
  if (!known || !id || attempt === undefined) return null;
  return { channel: known, id, attempt: Number(attempt) };
}
