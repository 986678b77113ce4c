// Schedules and the morning mail of a whole farm: real processes, a real mail server.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ask } from './ask.ts';
import { ended, projectBody, queueJob } from './farm-calls.ts';
import { BACKENDS, startFarm, type FarmUnderTest, type Member } from './farm-under-test.ts';
import { makeRepository, type Repository } from './git-fixture.ts';
import { until } from './until.ts';

/** To the next minute, and a little for two busy cores. */
const NEXT_MINUTE_MS = 80_000;
const MORNING_MS = 180_000;
const ZONE = 'Etc/UTC';
const EACH_MINUTE = { cron: '* * * * *', tz: ZONE, recipe: 'test', enabled: true } as const;

const MAIL_SETTINGS = {
  CRAFTING_SMTP_HOST: '127.0.0.1',
  CRAFTING_SMTP_TLS: 'none',
  CRAFTING_PUBLIC_URL: 'http://farm.example/',
  CRAFTING_DIGEST_TZ: ZONE,
};

let farm: FarmUnderTest;
let repository: Repository;
let ann: Member;
let bob: Member;
const mails: ParsedMail[] = [];
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  onData(stream, _session, callback) {
    simpleParser(stream, (error, mail) => {
      if (!error) mails.push(mail);
      callback(error);
    });
  },
});
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  repository = await makeRepository();
  farm = await startFarm({
    backend: BACKENDS[0]!,
    workers: 2,
    settings: { ...MAIL_SETTINGS, ...relaySettings() },
  });
  [ann, bob] = [await farm.mint('ann'), await farm.mint('bob')];
});
afterAll(async () => {
  await farm[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(farm.logTails())));

describe('a schedule', () => {
  test('queues one job each minute although two workers and an API look after it', async () => {
    await registerWith({ name: 'scheduled', schedule: [EACH_MINUTE] });
    const schedule = await until(
      'it fired',
      async () => {
        const { schedules } = await ann.client.call('getProject', { params: { name: 'scheduled' } });
        return schedules[0]?.last && schedules[0];
      },
      NEXT_MINUTE_MS,
    );
    expect(schedule).toMatchObject({ ...EACH_MINUTE, last: { late: false, missed: 0, refusal: null } });
    expect(Date.parse(schedule.next!.at) - Date.parse(schedule.last!.at)).toBe(60_000);
    const { jobs } = await ann.client.call('listJobs', { query: { project: 'scheduled' } });
    const minutes = jobs.map(({ queued_at }) => queued_at.slice(0, 16));
    expect(new Set(minutes).size).toBe(jobs.length);
    expect(jobs.map(({ id }) => id)).toContain(schedule.last!.job_ids[0]);
    await ended(ann.client, jobs[0]!.id);
    expect((await bob.client.call('listSchedules')).schedules).toEqual([]);
    await ann.client.call('removeProject', { params: { name: 'scheduled' } });
    expect((await ann.client.call('listSchedules')).schedules).toEqual([]);
  });

  test.for([
    [{ ...EACH_MINUTE, cron: '61 * * * *' }, 'body.schedule.0.cron'],
    [{ ...EACH_MINUTE, cron: '0 0 31 2 *' }, 'body.schedule.0.cron'],
    [{ ...EACH_MINUTE, cron: '0 0 0 * * *' }, 'body.schedule.0.cron'],
    [{ ...EACH_MINUTE, cron: 'nightly' }, 'body.schedule.0.cron'],
    [{ ...EACH_MINUTE, tz: 'Mars/Olympus' }, 'body.schedule.0.tz'],
    [{ ...EACH_MINUTE, tz: '' }, 'body.schedule.0.tz'],
  ] as const)('like %o is refused with the reason', async ([schedule, path]) => {
    const refused = registerWith({ name: 'bad', schedule: [schedule] });
    await expect(refused).rejects.toMatchObject({
      problem: { status: 400, code: 'invalid_input', faults: [{ path, message: expect.any(String) }] },
    });
  });
});

test('a nightly schedule follows CRAFTING_DIGEST_TZ when the API is started with another zone', async () => {
  const settings = { CRAFTING_DIGEST_TZ: 'Asia/Tokyo' };
  await using moving = await startFarm({ backend: BACKENDS[0]!, workers: 0, settings });
  const body = projectBody('owl', repository.url, { audit: 'true' });
  await moving.client.call('registerProject', { body: { ...body, schedule: { audit: 'nightly' } } });
  const zones = async () => (await moving.client.call('listSchedules')).schedules.map(({ tz }) => tz);
  expect(await zones()).toEqual(['Asia/Tokyo']);
  settings.CRAFTING_DIGEST_TZ = 'Europe/Berlin';
  await moving.restartApi();
  await until('it moved', async () => (await zones())[0] === 'Europe/Berlin');
});

describe('the digest', () => {
  test('is one mail, whatever is asked again, and the same as text and as a page', async () => {
    await registerWith({ name: 'mailed', notify: { email: ['team@attic.example'], on: ['test_fail'] } });
    await registerWith({ name: 'quiet', notify: { email: ['team@attic.example'], on: ['fixed'] } });
    await ended(ann.client, await queueJob(ann.client, 'mailed'));
    const dry = await farm.client.call('runDigest', { body: { dry_run: true } });
    expect(dry.digests).toMatchObject([
      { project: 'mailed', outcome: 'mail', mail: null },
      { project: 'quiet', outcome: 'no_event' },
    ]);
    const { date } = await farm.client.call('runDigest', { body: { project: 'mailed' } });
    const day = await until('the mail was sent', async () => {
      const found = await ann.client.call('listDigests', { params: { date } });
      return found.digests.find(({ mail }) => mail?.state === 'sent') && found;
    });
    await farm.client.call('runDigest', { body: {} });
    expect(mails).toHaveLength(1);
    const [mail] = mails as [ParsedMail];
    expect(mail).toMatchObject({
      messageId: day.digests[0]!.mail!.message_id,
      subject: '[mailed] 1 new',
      attachments: [{ contentType: 'image/png' }],
    });
    expect(mail.text).toContain('test fails with exit code 3');
    expect(mail.text).toMatch(/http:\/\/farm\.example\/jobs\/[0-9a-f-]{36}/);
    const read = (form: string, member: Member) =>
      ask(farm.baseUrl, `/digests/${date}/mailed.${form}`, member);
    const [text, page] = [await read('txt', ann), await read('html', ann)];
    expect(text.text.trim()).toBe(mail.text!.trim());
    expect(page.text).toContain('data:image/png;base64,');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await read('html', bob)).toMatchObject({ status: 404 });
    expect((await bob.client.call('listDigests', { params: { date } })).digests).toEqual([]);
  });
});

describe('a morning', () => {
  test('comes by itself: one mail of each project, although two workers make it and the queue says so more than once', async () => {
    const dueAt = new Date(Math.ceil(Date.now() / 60_000 + 1) * 60_000); // In one to two minutes.
    const cron = `${dueAt.getUTCMinutes()} ${dueAt.getUTCHours()} * * *`;
    await using morning = await startFarm({
      backend: BACKENDS.at(-1)!,
      workers: 2,
      settings: { ...MAIL_SETTINGS, ...relaySettings(), CRAFTING_DIGEST_CRON: cron },
    });
    const before = mails.length;
    for (const name of ['dawn', 'dusk']) {
      const body = projectBody(name, repository.url, { test: 'exit 3' });
      const notify = { email: [`${name}@attic.example`], on: ['test_fail' as const] };
      await morning.client.call('registerProject', { body: { ...body, notify } });
      await ended(morning.client, await queueJob(morning.client, name));
    }
    const date = dueAt.toISOString().slice(0, 10);
    const { digests } = await until(
      'both mails were sent',
      async () => {
        const day = await morning.client.call('listDigests', { params: { date } });
        return day.digests.length === 2 && day.digests.every(({ mail }) => mail?.state === 'sent') && day;
      },
      MORNING_MS,
    );
    const [end] = new Set(digests.map(({ to }) => to));
    expect(dueAt.getTime() - Date.parse(end!)).toBe(15_000);
    expect(mails.slice(before).map(({ subject }) => subject)).toHaveLength(2);
    expect(new Set(mails.slice(before).map(({ messageId }) => messageId)).size).toBe(2);
  }, 300_000);
});

function relaySettings(): { CRAFTING_SMTP_PORT: string } {
  const { port } = server.server.address() as AddressInfo; // It listens on TCP.
  return { CRAFTING_SMTP_PORT: String(port) };
}

async function registerWith(values: object): Promise<void> {
  const body = { ...projectBody('unnamed', repository.url, { test: 'exit 3' }), ...values };
  await ann.client.call('registerProject', { body });
}
