import type { Recipient } from '@crafting-table/contracts/digest';
import type { Database } from '@crafting-table/database/connect';
import {
  expireMails,
  keepMail,
  recordMail,
  takeMail,
  type MailResult,
  type TakenMail,
} from '@crafting-table/database/digests/outbox';
import { subjectOf } from './digest-words.ts';
import type { Handover, Mail, Relay } from './relay.ts';
import { renderHtml } from './render-html.ts';
import { renderText } from './render-text.ts';
import { trendPicture } from './trend-picture.ts';

/** A sender that was not heard of for so long is dead. One that is not says so in between, however slow the mail server is. */
const SENDING_MS = 300_000;
const KEEP_MS = SENDING_MS / 5;
const MINUTE_MS = 60_000;
/** Between two tries of one mail; from the last one on it stays like this. */
const BACK_OFF_MINUTES = [1, 2, 5, 10, 20, 30];
/** Bounds one pass, so that a process that is told to stop does. */
const MAILS_PER_PASS = 200;
const PICTURE_CID = 'trend@crafting-table';

/**
 * One pass over the outbox: gives up what came too late, sends what is due. Each mail is taken by one process; when that dies, another
 * one sends the mail again under the same message id, by which mail programs know it. Returns how many were tried.
 */
export async function sendMails(
  db: Database,
  relay: Relay,
  publicUrl: string,
  clock: () => Date,
): Promise<number> {
  await expireMails(db, clock());
  for (let tried = 0; tried < MAILS_PER_PASS; tried++) {
    const now = clock();
    const taken = await takeMail(db, { now, until: sendingUntil(now) });
    if (taken === null) return tried;
    const keeping = setInterval(() => {
      // What fails here is done again; after SENDING_MS of it Postgres is away, and the result cannot be written down either.
      keepMail(db, taken, sendingUntil(clock())).catch(() => {});
    }, KEEP_MS);
    try {
      const handover = await relay.send(mailOf(taken, publicUrl));
      await recordMail(db, taken, judge(taken, handover, clock()));
    } finally {
      clearInterval(keeping);
    }
  }
  return MAILS_PER_PASS;
}

function sendingUntil(now: Date): Date {
  return new Date(now.getTime() + SENDING_MS);
}

export function mailOf({ content, message_id, recipients }: TakenMail, publicUrl: string): Mail {
  return {
    messageId: message_id,
    to: recipients.map(({ address }) => address),
    now: recipients.filter(({ state }) => state === 'pending').map(({ address }) => address),
    subject: subjectOf(content),
    text: renderText(content, publicUrl),
    html: renderHtml(content, publicUrl, `cid:${PICTURE_CID}`),
    picture: { cid: PICTURE_CID, png: trendPicture(content.trend) },
  };
}

function judge({ recipients, tries }: TakenMail, handover: Handover, now: Date): MailResult {
  const after = recipients.map((recipient) => afterHandover(recipient, handover));
  const waits = after.some(({ state }) => state === 'pending');
  const wasSent = after.some(({ state }) => state === 'sent');
  const minutes = BACK_OFF_MINUTES[Math.min(tries, BACK_OFF_MINUTES.length) - 1]!; // Tries count from 1.
  return {
    state: waits ? 'pending' : wasSent ? 'sent' : 'failed',
    recipients: after,
    error: after.find(({ state, error }) => state !== 'sent' && error !== null)?.error ?? null,
    nextTryAt: new Date(now.getTime() + minutes * MINUTE_MS),
    now,
  };
}

function afterHandover(recipient: Recipient, handover: Handover): Recipient {
  const said = handover.get(recipient.address);
  if (recipient.state !== 'pending' || said === undefined) return recipient;
  const state = said.verdict === 'later' ? 'pending' : said.verdict;
  return { ...recipient, state, error: said.error };
}
