import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';

/** How long the server may leave the shortest of questions unanswered before it counts as silent. */
const SILENCE_MS = 650;
const BEAT_MS = 100;
/** A connection that is silent for so long is given up: behind a network that broke, it would never speak again. */
const GIVE_UP_MS = 2000;

export type Pulse = AsyncDisposable & {
  /** True while nothing is heard of the server. One that refuses is heard: whoever asks it learns so at once. */
  readonly isSilent: boolean;
  /** Calls back each time that the server falls silent. */
  onSilence(listener: () => void): void;
};

/**
 * Asks Postgres for nothing, again and again, on a connection of its own. A server that stands still, or a network that drops
 * what is sent, refuses nothing: whoever waits for an answer would wait for as long as a statement may take.
 */
export function feelPulse(url: string): Pulse {
  const closing = new AbortController();
  const listeners: (() => void)[] = [];
  let client: Client | null = null;
  let isSilent = false;

  /** False when it was refused, or not answered for too long. */
  const ask = async (): Promise<boolean> => {
    try {
      client ??= await connect(url);
      await client.query('select');
      return true;
    } catch {
      drop(); // The next question opens another one.
      return false;
    }
  };
  const drop = () => {
    void client?.end().catch(() => {}); // There is nothing left on it to lose.
    client = null;
  };
  const beat = async () => {
    // Making a connection takes its time on a busy host, and whoever has to make one does not wait for long anyway.
    const isConnected = client !== null;
    const asked = ask();
    const isPrompt = await isDoneWithin(asked, SILENCE_MS);
    if (isPrompt) isSilent = false; // A refusal is a word too.
    else if (isConnected) fallSilent();
    if (await asked) isSilent = false;
  };
  const fallSilent = () => {
    if (!isSilent) for (const listener of listeners) listener();
    isSilent = true;
  };
  const beating = (async () => {
    while (!closing.signal.aborted) {
      await beat();
      await delay(BEAT_MS, undefined, { signal: closing.signal }).catch(() => {});
    }
    drop();
  })();
  return {
    get isSilent() {
      return isSilent;
    },
    onSilence: (listener) => void listeners.push(listener),
    async [Symbol.asyncDispose]() {
      closing.abort();
      await beating;
    },
  };
}

async function connect(connectionString: string): Promise<Client> {
  const client = new Client({
    connectionString,
    application_name: 'crafting-pulse',
    connectionTimeoutMillis: GIVE_UP_MS,
    query_timeout: GIVE_UP_MS,
  });
  client.on('error', () => {}); // It broke between two questions; the next one finds out.
  await client.connect();
  return client;
}

async function isDoneWithin(asked: Promise<unknown>, waitMs: number): Promise<boolean> {
  const timer = new AbortController();
  const late = async () => {
    await delay(waitMs, undefined, { signal: timer.signal }).catch(() => {});
    await setImmediate(); // When this process was busy meanwhile, the answer lies there unread: that is no silence.
    return false;
  };
  try {
    return await Promise.race([asked.then(() => true), late()]);
  } finally {
    timer.abort();
  }
}
