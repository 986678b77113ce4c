import { connectDatabase } from '@crafting-table/database/connect';
import { addProject, openFarmDatabase } from '@crafting-table/database/stand-ins/farm-rows';
import { holdTable } from '@crafting-table/database/stand-ins/hold-table';
import { addDigests } from '@crafting-table/database/stand-ins/old-rows';
import type { Triggers } from '@crafting-table/queues/open-triggers';
import pino from 'pino';
import { expect, test, vi } from 'vitest';
import { startDigests } from './start-digests.ts';

const DIGEST = { cron: '0 6 * * *', tz: 'UTC', publicUrl: 'http://farm.example', isMailOn: false };
const WAIT = { timeout: 20_000, interval: 10 };

test('without a mail server one line says so, and no more', async () => {
  await using farm = await openFarmDatabase();
  const lines: { msg: string }[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const upsert = vi.fn<Triggers['upsert']>(async () => {});
  {
    await using digests = startDigests({
      digest: DIGEST,
      relay: null,
      db: farm.db,
      triggers: { upsert },
      log,
    });
    await digests.make();
    await vi.waitUntil(() => upsert.mock.calls.length > 0, WAIT);
  }
  expect(lines.map(({ msg }) => msg)).toEqual([
    'no mail server is set: digests are made and shown, and no mail is sent',
  ]);
});

test('mails of which the mail server was switched off before they went out do not wait for ever', async () => {
  await using farm = await openFarmDatabase();
  const { id } = await addProject(farm.db);
  await addDigests(farm.db, id, [{ ago: 3, mail: 'pending' }]);
  const stateOf = async () => (await farm.db.selectFrom('outbox').select('state').executeTakeFirst())?.state;
  await using digests = startDigests({
    digest: DIGEST,
    relay: null,
    db: farm.db,
    triggers: { upsert: async () => {} },
    log: pino({ level: 'silent' }),
  });
  await digests.make();
  await vi.waitFor(async () => expect(await stateOf()).toBe('expired'), WAIT);
});

test('a question of the digest that takes longer than it may is not asked again in silence', async () => {
  await using farm = await openFarmDatabase();
  await using hasty = connectDatabase({ url: farm.url, poolSize: 2, name: 'test', statementTimeoutMs: 100 });
  const lines: { msg: string; err: { code: string } }[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  {
    await using _ = await holdTable(farm.db, 'digest_days');
    await using digests = startDigests({
      digest: { ...DIGEST, cron: '0 0 * * *' },
      relay: null,
      db: hasty,
      triggers: { upsert: async () => {} },
      log,
    });
    await expect(digests.make()).rejects.toThrow('statement timeout');
  }
  expect(lines).toContainEqual(
    expect.objectContaining({
      msg: 'digests are in trouble',
      err: expect.objectContaining({ code: '57014' }),
    }),
  );
});
