import type { Logger } from 'pino';
import type { Database } from '@crafting-table/database/connect';
import { hasTakenTooLong, isDatabaseAway } from '@crafting-table/database/database-away';
import { expireMails } from '@crafting-table/database/digests/outbox';
import { readClock } from '@crafting-table/database/schedules';
import { openRelay } from '@crafting-table/farm/digests/relay';
import { sendMails } from '@crafting-table/farm/digests/send-mails';
import { runningClock } from '@crafting-table/farm/running-clock';
import { tendDigests } from '@crafting-table/farm/digests/tend-digests';
import type { Triggers } from '@crafting-table/queues/open-triggers';
import type { WorkerConfig } from './config.ts';
import { repeat } from './repeat.ts';

/** The trigger of the queue that says that it is time. */
export const DIGEST_TRIGGER = 'digest';

/** Whatever that trigger did not bring about. */
const MAKE_MS = 20_000;
const SEND_MS = 5_000;
/** The queue may have lost its memory. */
const TRIGGER_MS = 60_000;

export type Digests = AsyncDisposable & { make(): Promise<void> };

/** Makes the digests of each morning and sends their mails, until disposed. Every worker does; each digest is made once. */
export function startDigests(
  options: Pick<WorkerConfig, 'digest' | 'relay'> & {
    db: Database;
    triggers: Pick<Triggers, 'upsert'>;
    log: Logger;
  },
): Digests {
  const { db, digest, relay: relaySettings, triggers, log } = options;
  const stack = new AsyncDisposableStack();
  const stop = new AbortController();
  const telling = (action: () => Promise<unknown>) => async (): Promise<void> => {
    try {
      await action();
    } catch (error) {
      if (!isDatabaseAway(error) || hasTakenTooLong(error))
        log.error({ err: error }, 'digests are in trouble');
      throw error; // Whoever calls tries again soon.
    }
  };
  const make = telling(async () => tendDigests(db, digest, await readClock(db)));
  stack.use(repeat(MAKE_MS, make));
  if (relaySettings === null) {
    log.info('no mail server is set: digests are made and shown, and no mail is sent');
    // Of those that were to go out while there was one, nobody else gives up any.
    const expire = telling(async () => {
      const expired = await expireMails(db, await readClock(db));
      if (expired > 0) log.warn({ expired }, 'mails were not sent');
    });
    stack.use(repeat(SEND_MS, expire));
  } else {
    const relay = stack.use(openRelay(relaySettings));
    const send = telling(async () => {
      const sent = await sendMails(
        db,
        relay,
        digest.publicUrl,
        runningClock(await readClock(db)),
        stop.signal,
      );
      if (sent.error !== null || sent.expired > 0) log.warn(sent, 'mails were not sent');
    });
    stack.use(repeat(SEND_MS, send));
  }
  const { cron, tz } = digest;
  stack.use(repeat(TRIGGER_MS, () => triggers.upsert([{ id: DIGEST_TRIGGER, cron, tz }])));
  stack.defer(() => stop.abort()); // Before all that is waited for.
  return { make, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
