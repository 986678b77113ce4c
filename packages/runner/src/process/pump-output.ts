import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { startSilenceTimer } from './silence-timer.ts';

/** While the pipe is being emptied it is looked at this often. */
const DRAIN_LOOK_MS = 10;

export type OutputPump = {
  /** Bytes given to `onOutput` so far. */
  bytes(): number;
  /**
   * Resolves when the pipe has ended and everything was delivered: true. Or, when it has not ended after being read for
   * `limitMs` (waiting for `onOutput` does not count), destroys it: false.
   */
  drain(limitMs: number): Promise<boolean>;
};

/**
 * Hands on every chunk as it comes. While `onOutput` has not settled nothing more is read: the recipe waits, and its
 * silence is not its own. The same once more than `outputBytesMax` was read, for good.
 */
export function pumpOutput(
  source: Readable,
  options: {
    outputBytesMax: number;
    /** 0 = off. */
    noOutputMs: number;
    onOutput: (chunk: Buffer) => void | Promise<void>;
    onFlood: () => void;
    onSilence: () => void;
    /** `onOutput` failed. */
    onFault: (error: unknown) => void;
  },
): OutputPump {
  let bytes = 0;
  let isDelivering = false;
  let delivery: Promise<void> | undefined;
  // The rest of the output is unwanted, or has nowhere to go.
  let isShut = false;
  const silence = startSilenceTimer(options.noOutputMs, options.onSilence);

  source.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > options.outputBytesMax) shut(options.onFlood);
    const delivered = deliver(chunk);
    if (delivered) delivery = holdUntil(delivered);
    else if (!isShut) silence.restart();
  });
  const closed = new Promise<void>((resolve) => source.once('close', () => resolve()));
  // A pipe that breaks has nothing more to say; `close` follows.
  source.once('error', () => {});

  function deliver(chunk: Buffer): void | Promise<void> {
    try {
      return options.onOutput(chunk);
    } catch (error) {
      shut(() => options.onFault(error));
    }
  }

  async function holdUntil(delivered: Promise<void>): Promise<void> {
    source.pause();
    silence.pause();
    isDelivering = true;
    try {
      await delivered;
    } catch (error) {
      shut(() => options.onFault(error));
    }
    isDelivering = false;
    if (isShut) return;
    source.resume();
    silence.restart();
  }

  function shut(announce: () => void): void {
    if (isShut) return;
    isShut = true;
    source.pause();
    silence.end();
    announce();
  }

  async function drain(limitMs: number): Promise<boolean> {
    silence.end();
    let flowedMs = 0;
    const isOver = () => isShut || source.destroyed || flowedMs >= limitMs;
    while (!isOver()) {
      if (!isDelivering) flowedMs += DRAIN_LOOK_MS;
      await Promise.race([closed, delay(DRAIN_LOOK_MS)]);
    }
    // The pipe may end while its last chunk is still on its way.
    await delivery;
    source.destroy();
    return source.readableEnded && !isShut;
  }

  return { bytes: () => bytes, drain };
}
