// Follows a live log with many connections at once and notes what came when. See start-log-readers.ts.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Reading, ReadingOrder, Told } from './start-log-readers.ts';

const BLOCK_END = Buffer.from('\n\n');
const ORDER_WAIT_MS = 10_000;
const STAMP_CHARS_MAX = 40;
const OPEN_MS = 10_000;
const RETRY_MS = 100;

const [order] = (await once(process, 'message', { signal: AbortSignal.timeout(ORDER_WAIT_MS) })) as [
  ReadingOrder,
];
const readers = Array.from({ length: order.readers }, createReader);
process.on('message', () => tell({ kind: 'seen', readings: readers.map((reader) => reader.reading()) }));
const responses = await Promise.all(readers.map(() => open(order)));
tell({ kind: 'begun' });
await Promise.all(
  readers.map((reader, index) => follow(responses[index]!, reader.push, order.bytesPerSecond)),
);
tell({ kind: 'ended', readings: readers.map((reader) => reader.reading()) });

function tell(told: Told): void {
  process.send!(told); // It was started with a channel.
}

/** An API that says 503 is asked again, as a browser's EventSource does. */
async function open(order: ReadingOrder): Promise<IncomingMessage> {
  for (const giveUpAt = Date.now() + OPEN_MS; ;) {
    const response = await askOnce(order);
    if (response.statusCode === 200) return response;
    response.resume();
    if (response.statusCode !== 503 || Date.now() > giveUpAt) {
      throw new Error(`The log answers ${response.statusCode}.`);
    }
    await delay(RETRY_MS);
  }
}

async function askOnce({ baseUrl, bearer, jobId }: ReadingOrder): Promise<IncomingMessage> {
  const asked = request(`${baseUrl}/jobs/${jobId}/log/stream`, {
    headers: { authorization: `Bearer ${bearer}` },
    agent: false,
  });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage]; // As node:http documents it.
  return response;
}

async function follow(
  response: IncomingMessage,
  push: (bytes: Buffer) => void,
  bytesPerSecond: number | null,
): Promise<void> {
  response.on('data', (bytes: Buffer) => {
    push(bytes);
    if (bytesPerSecond === null) return;
    response.pause();
    setTimeout(() => response.resume(), (bytes.length / bytesPerSecond) * 1000);
  });
  await once(response, 'end');
}

/** Reads the farm's events: a block of lines each, the last of them its data as JSON. */
function createReader() {
  const hash = createHash('sha256');
  const delays: number[] = [];
  let [textBytes, gapBytes, gaps, hasEnded] = [0, 0, 0, false];
  let waiting: Buffer[] = [];
  /** The begin of a stamp that the last event cut in two. */
  let line = '';

  const readText = (text: string) => {
    const bytes = Buffer.from(text);
    hash.update(bytes);
    textBytes += bytes.length;
    const arrivedAt = Date.now();
    const all = line + text;
    for (let at = all.indexOf('@'); at !== -1; at = all.indexOf('@', at + 1)) {
      const stamp = /^@\d+ (\d+)\n/.exec(all.slice(at, at + STAMP_CHARS_MAX));
      if (stamp) delays.push(arrivedAt - Number(stamp[1]));
    }
    const rest = all.slice(all.lastIndexOf('\n') + 1);
    line = rest.startsWith('@') && rest.length < STAMP_CHARS_MAX ? rest : '';
  };
  const readBlock = (block: string) => {
    // Not by a pattern for lines: to those, U+2028 is the end of one.
    const data = block.indexOf('\ndata: ');
    if (data === -1) return;
    const event = JSON.parse(block.slice(data + '\ndata: '.length)) as { text: string; bytes: number }; // The contract's forms of log and gap events.
    if (block.startsWith('event: log\n')) readText(event.text);
    if (block.startsWith('event: end\n')) hasEnded = true;
    if (!block.startsWith('event: gap\n')) return;
    gaps += 1;
    gapBytes += event.bytes;
    line = '';
  };
  return {
    push(bytes: Buffer) {
      waiting.push(bytes);
      if (!bytes.includes(BLOCK_END) && bytes[0] !== BLOCK_END[1]) return;
      const all = Buffer.concat(waiting);
      let begin = 0;
      for (let end = all.indexOf(BLOCK_END); end !== -1; end = all.indexOf(BLOCK_END, begin)) {
        readBlock(all.toString('utf8', begin, end));
        begin = end + BLOCK_END.length;
      }
      waiting = [all.subarray(begin)];
    },
    reading: (): Reading => ({
      textBytes,
      sha256: hash.copy().digest('hex'),
      gapBytes,
      gaps,
      delays,
      hasEnded,
    }),
  };
}
