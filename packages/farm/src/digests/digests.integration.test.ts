import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import { connectDatabase, type Database } from '@crafting-table/database/connect';
import { expireMails, keepMail, takeMail } from '@crafting-table/database/digests/outbox';
import { insertDigestDay, takeDigestDay } from '@crafting-table/database/digests/days';
import { readClock } from '@crafting-table/database/schedules';
import { removeProject } from '@crafting-table/database/projects';
import { finishAttempt } from '@crafting-table/database/jobs/finish-attempt';
import {
  addProject,
  addRunningJob,
  openFarmDatabase,
  passed,
} from '@crafting-table/database/stand-ins/farm-rows';
import type { Digest, DigestDay, DigestView } from '@crafting-table/contracts/digest';
import type { ProjectBody } from '@crafting-table/contracts/project';
import { describe, expect, test } from 'vitest';
import { instantOf } from '../schedules/wall-clock.ts';
import { composeDigest } from './compose-digest.ts';
import { MAIL_BYTES_MAX } from './fit-digest.ts';
import { getDigest, listDigests } from './list-digests.ts';
import { openRelay, type Relay, type RelaySettings } from './relay.ts';
import { mailText } from './render-text.ts';
import { runDigest } from './run-digest.ts';
import { mailOf, sendMails } from './send-mails.ts';
import { CERTIFICATE } from './stand-ins/certificate.ts';
import { LOGIN, startMailServer, type MailServer } from './stand-ins/mail-server.ts';
import { EVENTFUL, finding, HEAD, PUBLIC_URL } from './stand-ins/digest-facts.ts';
import { takenMail } from './stand-ins/taken-mail.ts';
import { tendDigests } from './tend-digests.ts';

const PACIFIC = 'America/Los_Angeles';
const SETTINGS = { cron: '0 6 * * *', tz: PACIFIC, publicUrl: PUBLIC_URL, isMailOn: true };
const ADMIN = { tokenId: 't', name: 'root', isAdmin: true };
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Where nothing runs, this comes true each day. */
const DAILY = {
  email: ['team@attic.example'],
  on: ['not_checked'],
  auto_patch: false,
} satisfies ProjectBody['notify'];

test('over two years of four clock changes and failing relays each project has one mail a day, or a reason for none', async () => {
  await using farm = await openFarmDatabase();
  await using server = await startMailServer();
  await using relay = openRelay(server.settings);
  await using gone = await startMailServer();
  await gone[Symbol.asyncDispose]();
  await using nobody = openRelay(gone.settings);
  const daily = await oldProject(farm.db, DAILY);
  await oldProject(farm.db, { ...DAILY, on: ['fixed'] });
  await oldProject(farm.db, null);
  let now = new Date(0);
  server.refuseMail = () => (outageAt(now) ? 451 : null);
  const days = datesFrom('2026-01-01', 731);
  for (const date of days) {
    const due = instantOf(`${date}T06:00`, PACIFIC).getTime();
    const tries = OUTAGES.some((outage) => date.startsWith(outage.date.slice(0, 7))) ? TRIES : [0, 361];
    for (const offset of [-1000, ...tries.map((minutes) => minutes * MINUTE_MS)]) {
      now = new Date(due + offset);
      await Promise.all([1, 2].map(() => tendDigests(farm.db, SETTINGS, now)));
      const reached = outageAt(now)?.isUnreachable ? nobody : relay;
      await Promise.all([1, 2].map(() => sendMails(farm.db, reached, PUBLIC_URL, () => now)));
    }
  }
  const rows = await farm.db
    .selectFrom('digests')
    .leftJoin('outbox', (join) =>
      join.onRef('outbox.date', '=', 'digests.date').onRef('outbox.project_id', '=', 'digests.project_id'),
    )
    .select(['digests.project_id', 'outcome', 'state', 'message_id', 'from_at', 'to_at'])
    .orderBy('to_at')
    .execute();
  expect(rows).toHaveLength(3 * days.length);
  const ofDaily = rows.filter(({ project_id }) => project_id === daily.id);
  expect(ofDaily.every(({ from_at }, index) => index === 0 || +from_at === +ofDaily[index - 1]!.to_at)).toBe(
    true,
  );
  const sent = ofDaily.filter(({ state }) => state === 'sent').map(({ message_id }) => message_id);
  const expired = ofDaily.filter(({ state }) => state === 'expired');
  expect(sent.length + expired.length).toBe(days.length);
  expect(expired).toHaveLength(OUTAGES.filter(({ hours }) => hours > 6).length);
  expect(server.received.map(({ mail }) => mail.messageId).toSorted()).toEqual(sent.toSorted());
  const others = rows.filter(({ project_id }) => project_id !== daily.id);
  expect(new Set(others.map(({ outcome, state }) => `${outcome} ${state}`))).toEqual(
    new Set(['no_event null', 'no_address null']),
  );
}, 300_000);

/** Minutes after the mail is due, to 12:01. On other days than those of an outage it goes out at once. */
const TRIES = [0, 1, 3, 8, 20, 40, 70, 100, 130, 190, 250, 310, 361];

/** Each begins an hour before the mail; the longest go on into the next morning. The relay refuses, or cannot be reached. */
const OUTAGES = [
  { date: '2026-02-03', hours: 2, isUnreachable: false },
  { date: '2026-03-08', hours: 2, isUnreachable: true },
  { date: '2026-06-10', hours: 5, isUnreachable: true },
  { date: '2026-11-01', hours: 5, isUnreachable: false },
  { date: '2027-03-13', hours: 26, isUnreachable: false },
  { date: '2027-08-20', hours: 26, isUnreachable: true },
];

function outageAt(now: Date) {
  return OUTAGES.find(({ date, hours }) => {
    const begin = instantOf(`${date}T05:00`, PACIFIC).getTime();
    return now.getTime() >= begin && now.getTime() < begin + hours * HOUR_MS;
  });
}

describe('a mail', () => {
  test('arrives as text and page with its picture, and is what the API shows', async () => {
    await using farm = await openFarmDatabase();
    await using server = await startMailServer();
    await using relay = openRelay(server.settings);
    const project = await oldProject(farm.db, DAILY);
    const now = await makeMorning(farm.db, '2026-05-05');
    expect(await sendMails(farm.db, relay, PUBLIC_URL, () => now)).toMatchObject({ tried: 1, error: null });
    const [{ mail, recipients }] = server.received as [MailServer['received'][number]];
    const digest = await getDigest(farm.db, ADMIN, { date: '2026-05-05', project: project.name });
    expect(recipients).toEqual(DAILY.email);
    expect(mail).toMatchObject({
      subject: `[${project.name}] 1 not checked`,
      messageId: `<2026-05-05.${project.id}@crafting-table>`,
      from: { text: server.settings.from },
      attachments: [{ contentType: 'image/png', cid: 'trend@crafting-table', contentDisposition: 'inline' }],
    });
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail.text!.trim()).toBe(mailText(digest as never, PUBLIC_URL).trim()); // No refusal: it was just made.
    expect(mail.html).toContain('alt="Open findings today: 0"');
    expect((await listDigests(farm.db, ADMIN, '2026-05-05')).digests).toMatchObject([
      { project: project.name, outcome: 'mail', mail: { state: 'sent', tries: 1 } },
    ]);
  });

  test('to an address that is refused for good reaches the others, and the next digest says so', async () => {
    await using farm = await openFarmDatabase();
    await using server = await startMailServer();
    await using relay = openRelay(server.settings);
    const email = ['gone@attic.example', 'team@attic.example', 'slow@attic.example'];
    const project = await oldProject(farm.db, { ...DAILY, email });
    let isSlow = true;
    server.refuseAddress = (address) =>
      address.startsWith('gone') ? 550 : address.startsWith('slow') && isSlow ? 450 : null;
    const now = await makeMorning(farm.db, '2026-05-05');
    await sendMails(farm.db, relay, PUBLIC_URL, () => now);
    isSlow = false;
    await sendMails(farm.db, relay, PUBLIC_URL, () => new Date(now.getTime() + 2 * MINUTE_MS));
    expect(server.received.map(({ recipients }) => recipients)).toEqual([
      ['team@attic.example'],
      ['slow@attic.example'],
    ]);
    expect(new Set(server.received.map(({ mail }) => mail.messageId)).size).toBe(1);
    const [view] = (await listDigests(farm.db, ADMIN, '2026-05-05')).digests;
    expect(view!.mail).toMatchObject({ state: 'sent', tries: 2 });
    expect(view!.mail!.recipients.map(({ state }) => state)).toEqual(['refused', 'sent', 'sent']);
    await makeMorning(farm.db, '2026-05-06');
    expect(await getDigest(farm.db, ADMIN, { date: '2026-05-06', project: project.name })).toMatchObject({
      untold: [
        {
          date: '2026-05-05',
          told: 'some',
          why: expect.stringMatching(/^gone@attic\.example was refused: .*550/),
        },
      ],
    });
  });

  test('to an address that is refused is not called sent because its domain is written in capitals', async () => {
    await using farm = await openFarmDatabase();
    await using server = await startMailServer();
    await using relay = openRelay(server.settings);
    const email = ['team@Attic.Example', 'Gone@Attic.Example', 'slow@Attic.Example'];
    await oldProject(farm.db, { ...DAILY, email });
    server.refuseAddress = (address) =>
      address.startsWith('Gone') ? 550 : address.startsWith('slow') ? 450 : null;
    const now = await makeMorning(farm.db, '2026-05-05');
    await sendMails(farm.db, relay, PUBLIC_URL, () => now);
    const [view] = (await listDigests(farm.db, ADMIN, '2026-05-05')).digests;
    expect(view!.mail!.recipients.map(({ state }) => state)).toEqual(['sent', 'refused', 'pending']);
  });

  test('that a server answers with what cannot be stored is not sent again each time', async () => {
    await using farm = await openFarmDatabase();
    await using server = await startMailServer();
    await using relay = openRelay(server.settings);
    await oldProject(farm.db, { ...DAILY, email: ['team@attic.example', 'gone@attic.example'] });
    server.refuseAddress = (address) => (address.startsWith('gone') ? 450 : null);
    server.refusal = `not \0 now ${'x'.repeat(253)}${'😀'.repeat(40)}`;
    const now = await makeMorning(farm.db, '2026-05-05');
    await sendMails(farm.db, relay, PUBLIC_URL, () => now);
    const [view] = (await listDigests(farm.db, ADMIN, '2026-05-05')).digests;
    expect(view!.mail).toMatchObject({
      state: 'pending',
      error: expect.stringMatching(/ now x+😀+\ufffd$/u),
    });
    expect(view!.mail!.recipients.map(({ state }) => state)).toEqual(['sent', 'pending']);
  });

  test('that was handed over while Postgres was away is not sent a second time', async () => {
    await using farm = await openFarmDatabase();
    await using hasty = connectDatabase({
      url: farm.url,
      poolSize: 2,
      name: 'test',
      statementTimeoutMs: 2000,
    });
    await using server = await startMailServer();
    await using relay = openRelay(server.settings);
    await oldProject(farm.db, DAILY);
    const now = await makeMorning(farm.db, '2026-05-05');
    const locked = Promise.withResolvers<void>();
    let holding: Promise<void> | undefined;
    // What is locked for longer than a statement may take is as far away as a server that is frozen.
    server.refuseContent = () => {
      holding ??= farm.db.transaction().execute(async (transaction) => {
        await transaction.selectFrom('outbox').selectAll().forUpdate().execute();
        locked.resolve();
        await delay(3000);
      });
      return null;
    };
    const patient: Relay = {
      async send(mail) {
        const handover = await relay.send(mail);
        await locked.promise;
        return handover;
      },
      [Symbol.asyncDispose]: async () => {},
    };
    await sendMails(hasty, patient, PUBLIC_URL, () => now);
    await holding;
    await sendMails(farm.db, relay, PUBLIC_URL, () => new Date(now.getTime() + 6 * MINUTE_MS));
    expect(server.received).toHaveLength(1);
    expect((await listDigests(farm.db, ADMIN, '2026-05-05')).digests[0]!.mail).toMatchObject({
      state: 'sent',
    });
  });

  test('that expired is owed: there is one the next morning although nothing of it is wanted any more', async () => {
    await using farm = await openFarmDatabase();
    const project = await oldProject(farm.db, DAILY);
    await makeMorning(farm.db, '2026-05-05');
    await expireMails(farm.db, instantOf('2026-05-05T12:00', PACIFIC));
    await notifyOf(farm.db, project.id, { ...DAILY, on: ['fixed'] });
    const now = await makeMorning(farm.db, '2026-05-06');
    const outcomeOf = async (date: string) => (await listDigests(farm.db, ADMIN, date)).digests[0]!.outcome;
    expect(await outcomeOf('2026-05-06')).toBe('mail');
    await using server = await startMailServer();
    await using relay = openRelay(server.settings);
    await sendMails(farm.db, relay, PUBLIC_URL, () => now);
    expect(server.received[0]!.mail.text).toContain('The mail of 2026-05-05 reached nobody');
    await makeMorning(farm.db, '2026-05-07');
    expect(await outcomeOf('2026-05-07')).toBe('no_event');
  });

  test('that one address never takes brings the others no mail without an event, and is said once', async () => {
    await using farm = await openFarmDatabase();
    await using server = await startMailServer();
    await using relay = openRelay(server.settings);
    const email = ['team@attic.example', 'full@attic.example'];
    const project = await oldProject(farm.db, { ...DAILY, email });
    server.refuseAddress = (address) => (address.startsWith('full') ? 452 : null);
    const passDay = async (date: string) => {
      const now = await makeMorning(farm.db, date);
      await sendMails(farm.db, relay, PUBLIC_URL, () => now);
      await sendMails(farm.db, relay, PUBLIC_URL, () => instantOf(`${date}T12:00`, PACIFIC));
      const [{ outcome, mail }] = (await listDigests(farm.db, ADMIN, date)).digests as [DigestView];
      const { untold } = (await getDigest(farm.db, ADMIN, { date, project: project.name })) as Digest;
      return { outcome, state: mail?.state, untold: untold.map((day) => `${day.date} ${day.told}`) };
    };
    const untold = (date: string) => [`${date} some`];
    expect(await passDay('2026-05-05')).toEqual({ outcome: 'mail', state: 'expired', untold: [] });
    expect(await passDay('2026-05-06')).toMatchObject({ state: 'expired', untold: untold('2026-05-05') });
    expect(await passDay('2026-05-07')).toMatchObject({ state: 'expired', untold: untold('2026-05-06') });
    await notifyOf(farm.db, project.id, { ...DAILY, email, on: ['fixed'] });
    expect(await passDay('2026-05-08')).toMatchObject({ outcome: 'no_event' });
    expect(server.received).toHaveLength(3);
  });

  test('of a project that was renamed since, its page and the list of the day have the new name', async () => {
    await using farm = await openFarmDatabase();
    await using server = await startMailServer();
    await using relay = openRelay(server.settings);
    const project = await oldProject(farm.db, DAILY);
    const now = await makeMorning(farm.db, '2025-05-05');
    const made = await runDigest(farm.db, SETTINGS, ADMIN, { project: project.name, dry_run: false });
    expect(made).toMatchObject({ digests: [{ project: project.name }] });
    await farm.db.updateTable('projects').set({ name: 'loft' }).where('id', '=', project.id).execute();
    const digest = await getDigest(farm.db, ADMIN, { date: '2025-05-05', project: 'loft' });
    expect(digest).toMatchObject({ project: 'loft' });
    expect((await listDigests(farm.db, ADMIN, '2025-05-05')).digests).toMatchObject([{ project: 'loft' }]);
    for (const isDry of [true, false]) {
      expect(await runDigest(farm.db, SETTINGS, ADMIN, { project: 'loft', dry_run: isDry })).toMatchObject({
        digests: [{ project: 'loft', subject: expect.stringContaining('[loft]') }],
      });
    }
    await sendMails(farm.db, relay, PUBLIC_URL, () => now);
    expect(server.received[0]!.mail).toMatchObject({
      subject: '[loft] 1 not checked',
      text: expect.stringContaining(`${PUBLIC_URL}/digests/2025-05-05/loft.html`),
    });
  });

  test('of a project that was removed since is not sent, and expires where its project is still there', async () => {
    await using farm = await openFarmDatabase();
    await using server = await startMailServer();
    await using relay = openRelay(server.settings);
    const project = await oldProject(farm.db, DAILY);
    const now = await makeMorning(farm.db, '2026-05-05');
    await removeProject(farm.db, project.id);
    expect(await sendMails(farm.db, relay, PUBLIC_URL, () => now)).toMatchObject({ tried: 0 });
    const noon = instantOf('2026-05-05T12:00', PACIFIC);
    expect(await sendMails(farm.db, relay, PUBLIC_URL, () => noon)).toMatchObject({ tried: 0, expired: 1 });
    expect(server.received).toEqual([]);
  });

  test('is kept by a sender that is slow and alive', async () => {
    await using farm = await openFarmDatabase();
    await oldProject(farm.db, DAILY);
    const now = await makeMorning(farm.db, '2026-05-05');
    const after = (minutes: number) => new Date(now.getTime() + minutes * MINUTE_MS);
    const taken = await takeMail(farm.db, { now, until: after(5) });
    await keepMail(farm.db, taken!, after(9));
    expect(await takeMail(farm.db, { now: after(6), until: after(11) })).toBeNull();
    expect(await takeMail(farm.db, { now: after(10), until: after(15) })).toMatchObject({ tries: 2 });
  });

  test('that is refused for every address has failed', async () => {
    await using farm = await openFarmDatabase();
    await using server = await startMailServer();
    await using relay = openRelay(server.settings);
    await oldProject(farm.db, DAILY);
    server.refuseAddress = () => 550;
    const now = await makeMorning(farm.db, '2026-05-05');
    await sendMails(farm.db, relay, PUBLIC_URL, () => now);
    const [view] = (await listDigests(farm.db, ADMIN, '2026-05-05')).digests;
    expect(view!.mail).toMatchObject({ state: 'failed', error: expect.stringContaining('550') });
  });

  test('waits while no server answers, and what expired is said in the next digest that is sent', async () => {
    await using farm = await openFarmDatabase();
    await using gone = await startMailServer();
    await gone[Symbol.asyncDispose]();
    await using unreachable = openRelay(gone.settings);
    const project = await oldProject(farm.db, DAILY);
    const now = await makeMorning(farm.db, '2026-05-05');
    await sendMails(farm.db, unreachable, PUBLIC_URL, () => now);
    expect((await listDigests(farm.db, ADMIN, '2026-05-05')).digests[0]!.mail).toMatchObject({
      state: 'pending',
      tries: 1,
      error: expect.stringContaining('ECONNREFUSED'),
    });
    await sendMails(farm.db, unreachable, PUBLIC_URL, () => instantOf('2026-05-05T12:00', PACIFIC));
    expect((await listDigests(farm.db, ADMIN, '2026-05-05')).digests[0]!.mail).toMatchObject({
      state: 'expired',
    });
    await makeMorning(farm.db, '2026-05-06');
    const digest = await getDigest(farm.db, ADMIN, { date: '2026-05-06', project: project.name });
    expect(digest).toMatchObject({
      untold: [{ date: '2026-05-05', told: 'nobody', why: expect.stringContaining('in time') }],
    });
  });

  test('whose sender died before or after handing it over is sent by another one, under the same id', async () => {
    await using farm = await openFarmDatabase();
    await using server = await startMailServer();
    await using relay = openRelay(server.settings);
    await oldProject(farm.db, DAILY);
    let now = await makeMorning(farm.db, '2026-05-05');
    const until = new Date(now.getTime() + 5 * MINUTE_MS);
    const dead = await takeMail(farm.db, { now, until }); // Dies at once.
    await sendMails(farm.db, relay, PUBLIC_URL, () => now);
    expect(server.received).toHaveLength(0);
    now = new Date(until.getTime() + 1);
    const later = new Date(now.getTime() + 5 * MINUTE_MS);
    const second = await takeMail(farm.db, { now, until: later });
    await relay.send(mailOf(second!, PUBLIC_URL)); // Dies before it can write that down.
    await sendMails(farm.db, relay, PUBLIC_URL, () => new Date(later.getTime() + 1));
    expect(dead!.message_id).toBe(second!.message_id);
    expect(server.received.map(({ mail }) => mail.messageId)).toEqual([dead!.message_id, dead!.message_id]);
    expect((await listDigests(farm.db, ADMIN, '2026-05-05')).digests[0]!.mail).toMatchObject({
      state: 'sent',
      tries: 3,
    });
  });
});

describe('a pass over the mails', () => {
  test('ends with the first of them when no server answers, and says so', async () => {
    await using farm = await openFarmDatabase();
    await using gone = await startMailServer();
    await gone[Symbol.asyncDispose]();
    await using unreachable = openRelay(gone.settings);
    for (const _ of [1, 2, 3]) await oldProject(farm.db, DAILY);
    const now = await makeMorning(farm.db, '2026-05-05');
    expect(await sendMails(farm.db, unreachable, PUBLIC_URL, () => now)).toEqual({
      tried: 1,
      waiting: 1,
      failed: 0,
      expired: 0,
      error: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test.each<[string, (settings: RelaySettings) => RelaySettings]>([
    ['a wrong password', (settings) => ({ ...settings, ...LOGIN, password: 'guess' })],
    ['no password', (settings) => ({ ...settings, ...LOGIN, password: null })],
    ['no login', (settings) => settings],
    [
      'a certificate that nobody vouches for',
      (settings) => ({ ...settings, ...LOGIN, encryption: 'starttls' }),
    ],
  ])('asks a server that lets nobody in with %s for one mail, not for all of them', async (_, spoil) => {
    await using farm = await openFarmDatabase();
    await using server = await startMailServer({ needsLogin: true });
    await using stranger = openRelay(spoil(server.settings));
    for (const _ of [1, 2, 3]) await oldProject(farm.db, DAILY);
    const now = await makeMorning(farm.db, '2026-05-05');
    expect(await sendMails(farm.db, stranger, PUBLIC_URL, () => now)).toMatchObject({ tried: 1, waiting: 1 });
  });

  test('goes on with the others the next time after a mail whose sender was refused', async () => {
    await using farm = await openFarmDatabase();
    await using server = await startMailServer();
    await using relay = openRelay(server.settings);
    for (const _ of [1, 2, 3]) await oldProject(farm.db, DAILY);
    const now = await makeMorning(farm.db, '2026-05-05');
    server.refuseMail = () => 552;
    const pass = () => sendMails(farm.db, relay, PUBLIC_URL, () => now);
    expect(await pass()).toMatchObject({ tried: 1, waiting: 1 });
    server.refuseMail = () => null;
    expect(await pass()).toMatchObject({ tried: 2, waiting: 0 });
  });

  test.each<[string, (server: MailServer) => void]>([
    ['an address', (server) => (server.refuseAddress = () => 450)],
    ['what it says', (server) => (server.refuseContent = () => 451)],
  ])('goes on after a mail of which %s is not wanted now', async (_, refuse) => {
    await using farm = await openFarmDatabase();
    await using server = await startMailServer();
    await using relay = openRelay(server.settings);
    for (const _ of [1, 2, 3]) await oldProject(farm.db, DAILY);
    refuse(server);
    const now = await makeMorning(farm.db, '2026-05-05');
    expect(await sendMails(farm.db, relay, PUBLIC_URL, () => now)).toMatchObject({ tried: 3, waiting: 3 });
  });

  test('ends between two mails when it is told to stop', async () => {
    await using farm = await openFarmDatabase();
    await using server = await startMailServer();
    await using relay = openRelay(server.settings);
    for (const _ of [1, 2, 3]) await oldProject(farm.db, DAILY);
    const now = await makeMorning(farm.db, '2026-05-05');
    const stop = new AbortController();
    server.refuseContent = () => {
      stop.abort();
      return null;
    };
    await sendMails(farm.db, relay, PUBLIC_URL, () => now, stop.signal);
    expect(server.received).toHaveLength(1);
  });
});

describe('a mail server', () => {
  test.each<[string, (server: MailServer) => void, string]>([
    ['does not want the sender', (server) => (server.refuseMail = () => 550), 'pending'],
    ['does not want mail now', (server) => (server.refuseContent = () => 451), 'pending'],
    ['does not want what the mail says', (server) => (server.refuseContent = () => 554), 'failed'],
  ])('that %s leaves it %s', async (_, refuse, state) => {
    await using farm = await openFarmDatabase();
    await using server = await startMailServer();
    await using relay = openRelay(server.settings);
    await oldProject(farm.db, DAILY);
    refuse(server);
    const now = await makeMorning(farm.db, '2026-05-05');
    await sendMails(farm.db, relay, PUBLIC_URL, () => now);
    expect((await listDigests(farm.db, ADMIN, '2026-05-05')).digests[0]!.mail).toMatchObject({ state });
    expect(server.received).toEqual([]);
  });

  test('gets no mail and no password over a connection that cannot be encrypted or trusted', async () => {
    await using plain = await startMailServer();
    await using selfSigned = await startMailServer({ needsLogin: true });
    for (const { settings } of [plain, selfSigned]) {
      await using relay = openRelay({ ...settings, ...LOGIN, encryption: 'starttls' });
      const handover = await relay.send(mailOf(takenMail(composeDigest(HEAD, EVENTFUL)), PUBLIC_URL));
      expect(handover.verdicts.get('team@attic.example')).toMatchObject({ verdict: 'later' });
    }
    expect([...plain.received, ...selfSigned.received]).toEqual([]);
  });

  test.each([
    ['starttls', false],
    ['tls', true],
  ] as const)('with a certificate that is trusted gets the mail by %s', async (encryption, isEncrypted) => {
    const trusted = getCACertificates('default');
    setDefaultCACertificates([...trusted, CERTIFICATE.cert]);
    try {
      await using server = await startMailServer({ needsLogin: true, isEncrypted });
      await using relay = openRelay({ ...server.settings, ...LOGIN, encryption });
      const handover = await relay.send(mailOf(takenMail(composeDigest(HEAD, EVENTFUL)), PUBLIC_URL));
      expect(handover.verdicts.get('team@attic.example')).toMatchObject({ verdict: 'sent' });
      expect(server.received).toHaveLength(1);
    } finally {
      setDefaultCACertificates(trusted);
    }
  });

  test('that asks for a login gets the mail with the right password, and is asked again later with a wrong one', async () => {
    await using server = await startMailServer({ needsLogin: true });
    await using stranger = openRelay({ ...server.settings, ...LOGIN, password: 'guess' });
    expect([
      ...(
        await stranger.send(mailOf(takenMail(composeDigest(HEAD, EVENTFUL)), PUBLIC_URL))
      ).verdicts.values(),
    ]).toMatchObject([{ verdict: 'later', error: expect.stringContaining('535') }]);
    await using relay = openRelay({ ...server.settings, ...LOGIN, from: 'The farm <farm@farm.example>' });
    await relay.send(mailOf(takenMail(composeDigest(HEAD, EVENTFUL)), PUBLIC_URL));
    expect(server.received).toMatchObject([
      { mail: { from: { value: [{ name: 'The farm', address: 'farm@farm.example' }] } } },
    ]);
  });

  test('gets less than 100 kB, whatever was found', async () => {
    await using server = await startMailServer();
    await using relay = openRelay(server.settings);
    for (const message of ['<&"\'=>'.repeat(400), 'Überlänge: ∅ ≠ 灯 '.repeat(100), '🕯️灯'.repeat(300)]) {
      const long = finding({ message, path: `src/${'&=灯'.repeat(900)}.c`, total: 4000 });
      const classes = ['new', 'fixed', 'open', 'flaky'] as const;
      const findings = classes.flatMap((each) =>
        Array.from({ length: 50 }, () => ({ ...long, class: each })),
      );
      await relay.send(mailOf(takenMail(composeDigest(HEAD, { ...EVENTFUL, findings })), PUBLIC_URL));
    }
    const many = Array.from({ length: 100 }, (_, index) => ({
      address: `${'team-'.repeat(12)}${index}@${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(50)}.example`,
      state: 'pending' as const,
      error: null,
    }));
    const findings = Array.from({ length: 50 }, () => finding({ message: '∅'.repeat(200), total: 50 }));
    const crowded = takenMail(composeDigest(HEAD, { ...EVENTFUL, findings }));
    await relay.send(mailOf({ ...crowded, recipients: many }, PUBLIC_URL));
    const sizes = server.received.map(({ bytes }) => bytes);
    expect(sizes).toHaveLength(4);
    expect(Math.max(...sizes)).toBeLessThan(MAIL_BYTES_MAX);
    expect(Math.min(...sizes)).toBeGreaterThan(MAIL_BYTES_MAX / 4); // It is not cut to nothing either.
  });
});

describe('a day', () => {
  test('on which the farm was away until noon is missed, and the next digest reaches over it', async () => {
    await using farm = await openFarmDatabase();
    const project = await oldProject(farm.db, DAILY);
    await makeMorning(farm.db, '2026-05-05');
    await tendDigests(farm.db, SETTINGS, instantOf('2026-05-08T12:01', PACIFIC));
    expect((await listDigests(farm.db, ADMIN, '2026-05-07')).digests).toMatchObject([{ outcome: 'missed' }]);
    expect((await listDigests(farm.db, ADMIN, '2026-05-08')).digests).toMatchObject([{ outcome: 'missed' }]);
    await makeMorning(farm.db, '2026-05-09');
    const digest = await getDigest(farm.db, ADMIN, { date: '2026-05-09', project: project.name });
    expect(digest).toMatchObject({
      from: '2026-05-05T12:59:45.000Z',
      untold: ['2026-05-06', '2026-05-07', '2026-05-08'].map((date) => ({ date, told: 'missed' })),
    });
  });

  test('whose makers died and did not come back that day is missed by those who have no digest of it', async () => {
    await using farm = await openFarmDatabase();
    const project = await oldProject(farm.db, DAILY);
    const due = instantOf('2026-05-05T06:00', PACIFIC);
    const expires = instantOf('2026-05-05T12:00', PACIFIC);
    await insertDigestDay(farm.db, {
      date: '2026-05-05',
      due_at: due,
      expires_at: expires,
      state: 'composing',
    });
    await makeMorning(farm.db, '2026-05-06');
    expect((await listDigests(farm.db, ADMIN, '2026-05-05')).digests).toMatchObject([
      { project: project.name, outcome: 'missed' },
    ]);
  });

  test('whose maker died in between is finished by another one', async () => {
    await using farm = await openFarmDatabase();
    await oldProject(farm.db, DAILY);
    const now = instantOf('2026-05-05T06:00', PACIFIC);
    await insertDigestDay(farm.db, {
      date: '2026-05-05',
      due_at: now,
      expires_at: instantOf('2026-05-05T12:00', PACIFIC),
      state: 'composing',
    });
    const until = new Date(now.getTime() + MINUTE_MS);
    expect(await takeDigestDay(farm.db, '2026-05-05', { now, until, held: null })).toBe(true); // Dies at once.
    expect(await tendDigests(farm.db, SETTINGS, now)).toBe(0);
    expect(await tendDigests(farm.db, SETTINGS, new Date(until.getTime() + 1))).toBe(1);
  });

  test('has no digest of a project that came after it, or was removed', async () => {
    await using farm = await openFarmDatabase();
    await addProject(farm.db, { notify: DAILY });
    const removed = await oldProject(farm.db, DAILY);
    await removeProject(farm.db, removed.id);
    await makeMorning(farm.db, '2026-05-05');
    expect(await farm.db.selectFrom('digests').selectAll().execute()).toEqual([]);
  });

  test('without a mail server has digests and no mails', async () => {
    await using farm = await openFarmDatabase();
    const project = await oldProject(farm.db, DAILY);
    await tendDigests(farm.db, { ...SETTINGS, isMailOn: false }, instantOf('2026-05-05T06:00', PACIFIC));
    expect((await listDigests(farm.db, ADMIN, '2026-05-05')).digests).toMatchObject([
      { project: project.name, outcome: 'mail_off', mail: null },
    ]);
  });

  test('that a later digest reached over is not made by hand, so that nothing is told twice', async () => {
    await using farm = await openFarmDatabase();
    await oldProject(farm.db, DAILY);
    const today = new Date();
    const before = new Date(today.getTime() - 48 * HOUR_MS).toISOString().slice(0, 10);
    await runDigest(farm.db, SETTINGS, ADMIN, { dry_run: false });
    expect(await runDigest(farm.db, SETTINGS, ADMIN, { date: before, dry_run: true })).toMatchObject({
      digests: [],
    });
  });

  test('ends where the oldest transaction of the farm began, of which nobody sees anything yet', async () => {
    await using farm = await openFarmDatabase();
    const project = await oldProject(farm.db, DAILY);
    await using worker = connectDatabase({ url: farm.url, poolSize: 1, name: 'crafting-worker' });
    const began = await worker.transaction().execute(async (transaction) => {
      const at = await readClock(transaction);
      await delay(50);
      await runDigest(farm.db, SETTINGS, ADMIN, { dry_run: false });
      return at;
    });
    const digest = await farm.db
      .selectFrom('digests')
      .select('to_at')
      .where('project_id', '=', project.id)
      .executeTakeFirstOrThrow();
    expect(digest.to_at!.getTime()).toBeLessThanOrEqual(began.getTime());
  });

  test('can be made by hand: a dry run keeps nothing, and there is never a second one', async () => {
    await using farm = await openFarmDatabase();
    await oldProject(farm.db, DAILY);
    const ask = (isDry: boolean) => runDigest(farm.db, SETTINGS, ADMIN, { dry_run: isDry });
    expect(await ask(true)).toMatchObject({ digests: [{ outcome: 'mail', mail: null }] });
    expect(await farm.db.selectFrom('digests').selectAll().execute()).toEqual([]);
    const made = await ask(false);
    expect(made).toMatchObject({ digests: [{ outcome: 'mail', mail: { state: 'pending' } }] });
    expect(await ask(false)).toEqual(made);
    expect(await ask(true)).toEqual(made);
    expect(await runDigest(farm.db, SETTINGS, ADMIN, { date: '2999-01-01', dry_run: true })).toMatchObject({
      refused: 'invalid_input',
    });
  });
});

test('a branch that only a schedule names which is switched off is not looked at any more', async () => {
  await using farm = await openFarmDatabase();
  const countsOf = async (enabled: boolean) => {
    const nightly = { cron: '0 2 * * *', tz: PACIFIC, recipe: 'test', ref: 'release', enabled } as const;
    const project = await addProject(farm.db, { schedule: [nightly] });
    const jobId = await addRunningJob(farm.db, project, { ref: 'release' });
    await finishAttempt(farm.db, passed(jobId, { status: 'failed', exit_code: 1 }));
    const made = await runDigest(farm.db, SETTINGS, ADMIN, { project: project.name, dry_run: true });
    return (made as DigestDay).digests[0]!.counts; // No refusal, and one project.
  };
  expect(await countsOf(true)).toEqual({ new: 1 });
  expect(await countsOf(false)).toEqual({ not_checked: 1 });
});

/** Makes the digests of a morning and gives back the moment. */
async function makeMorning(db: Database, date: string): Promise<Date> {
  const now = instantOf(`${date}T06:00`, PACIFIC);
  await tendDigests(db, SETTINGS, now);
  return now;
}

/** Registered before all that is tested. */
async function oldProject(db: Database, notify: ProjectBody['notify'] | null) {
  const project = await addProject(db, { notify: notify ?? null });
  await db
    .updateTable('projects')
    .set({ created_at: new Date('2025-01-01T00:00:00Z') })
    .where('id', '=', project.id)
    .execute();
  return project;
}

async function notifyOf(db: Database, projectId: string, notify: ProjectBody['notify']): Promise<void> {
  await db
    .updateTable('projects')
    .set({ notify: JSON.stringify(notify) })
    .where('id', '=', projectId)
    .execute();
}

function datesFrom(first: string, count: number): string[] {
  const begin = Date.parse(`${first}T00:00Z`);
  return Array.from({ length: count }, (_, day) =>
    new Date(begin + day * 24 * HOUR_MS).toISOString().slice(0, 10),
  );
}
