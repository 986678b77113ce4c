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
import { whileAway } from '../attempts/while-away.ts';
import { subjectOf } from './digest-words.ts';
import type { Handover, Mail, Relay } from './relay.ts';
import { PAGE_BYTES_MAX } from './fit-digest.ts';
import { mailHtml } from './render-html.ts';
import { mailText } from './render-text.ts';
import { trendPicture } from './trend-picture.ts';

/** A sender that was not heard of for so long is dead. One that is not says so in between, however slow the mail server is. */
const SENDING_MS = 300_000;
const KEEP_MS = SENDING_MS / 5;
const MINUTE_MS = 60_000;
/** Between two tries of one mail; from the last one on it stays like this. */
const BACK_OFF_MINUTES = [1, 2, 5, 10, 20, 30];
/** Bounds one pass, so that what came too late is given up in between. */
const MAILS_PER_PASS = 200;
const PICTURE_CID = 'trend@crafting-table';

/** What became of the mails of one pass. `error`: why the last one that is not sent was not. */
export type SentMails = {
  tried: number;
  waiting: number;
  failed: number;
  expired: number;
  error: string | null;
};

/**
 * One pass over the outbox: gives up what came too late, sends what is due, until there is no more, no server answers or takes mail from
 * us, or it is told to stop. A mail that was tried is behind the others the next time. Each mail is taken by one process; when that dies,
 * another one sends the mail again under the same message id, by which mail programs know it.
 */
export async function sendMails(
  db: Database,
  relay: Relay,
  publicUrl: string,
  clock: () => Date,
  stop?: AbortSignal,
): Promise<SentMails> {
  const sent: SentMails = { tried: 0, waiting: 0, failed: 0, expired: 0, error: null };
  sent.expired = await expireMails(db, clock());
  const isStopped = () => stop?.aborted === true;
  while (sent.tried < MAILS_PER_PASS && !isStopped()) {
    const now = clock();
    const taken = await takeMail(db, { now, until: sendingUntil(now) });
    if (taken === null) break;
    const { result, isAway } = await sendOne(db, relay, taken, publicUrl, clock);
    sent.tried += 1;
    if (result.state === 'pending') sent.waiting += 1;
    if (result.state === 'failed') sent.failed += 1;
    sent.error = result.error ?? sent.error;
    if (isAway) break;
  }
  return sent;
}

async function sendOne(
  db: Database,
  relay: Relay,
  taken: TakenMail,
  publicUrl: string,
  clock: () => Date,
): Promise<{ result: MailResult; isAway: boolean }> {
  const keeping = setInterval(() => {
    keepMail(db, taken, sendingUntil(clock())).catch(() => {}); // It is said again in a minute.
  }, KEEP_MS);
  try {
    const handover = await relay.send(mailOf(taken, publicUrl));
    const result = judge(taken, handover, clock());
    // Who forgets that a mail was handed over has it sent twice.
    await whileAway(() => recordMail(db, taken, result));
    return { result, isAway: handover.isAway };
  } finally {
    clearInterval(keeping);
  }
}

function sendingUntil(now: Date): Date {
  return new Date(now.getTime() + SENDING_MS);
}

export function mailOf({ content, message_id, recipients }: TakenMail, publicUrl: string): Mail {
  const to = recipients.map(({ address }) => address);
  const headBytes = Buffer.byteLength(to.join(', '));
  return {
    messageId: message_id,
    to,
    now: recipients.filter(({ state }) => state === 'pending').map(({ address }) => address),
    subject: subjectOf(content),
    text: mailText(content, publicUrl),
    html: mailHtml(content, publicUrl, `cid:${PICTURE_CID}`, PAGE_BYTES_MAX - headBytes),
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
  const said = handover.verdicts.get(recipient.address);
  if (recipient.state !== 'pending' || said === undefined) return recipient;
  const state = said.verdict === 'later' ? 'pending' : said.verdict;
  return { ...recipient, state, error: said.error };
}
