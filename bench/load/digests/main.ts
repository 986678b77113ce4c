// What the leader of a farm does in the morning, and the rendering that its outbox does later.
import { connectDatabase, type Database } from '@crafting-table/database/connect';
import { PAGE_BYTES_MAX } from '@crafting-table/farm/digests/fit-digest';
import { mailHtml } from '@crafting-table/farm/digests/render-html';
import { mailText } from '@crafting-table/farm/digests/render-text';
import { tendDigests } from '@crafting-table/farm/digests/tend-digests';
import { answerQuestions } from '../../side-process.ts';
import type { DigestsAnswer, DigestsQuestion } from './start-digests.ts';

const PAGE = 50;
const SAMPLE_MS = 50;
const SETTINGS = {
  cron: '0 6 * * *',
  tz: 'America/Los_Angeles',
  publicUrl: 'http://farm.example',
  isMailOn: true,
};

answerQuestions(async ({ databaseUrl, due }: DigestsQuestion): Promise<DigestsAnswer> => {
  await using db = connectDatabase({ url: databaseUrl, poolSize: 8, name: 'bench' });
  const memory = [process.memoryUsage.rss()];
  const watch = setInterval(() => memory.push(process.memoryUsage.rss()), SAMPLE_MS);
  const before = process.cpuUsage();
  const began = performance.now();
  const made = await tendDigests(db, SETTINGS, new Date(due));
  const composed = performance.now();
  const bytes = await renderAll(db);
  const rendered = performance.now();
  clearInterval(watch);
  const { user, system } = process.cpuUsage(before);
  const early = Math.max(...memory.slice(0, memory.length / 2));
  const most = Math.max(...memory);
  return {
    made,
    composeSecs: (composed - began) / 1000,
    renderSecs: (rendered - composed) / 1000,
    bytes,
    cpuSecs: (user + system) / 1e6,
    grown: (most - memory[0]!) / 1e6, // It began with one.
    grownLate: (most - early) / 1e6,
  };
});

/** A page at a time, as the outbox does it a mail at a time. */
async function renderAll(db: Database): Promise<number> {
  let bytes = 0;
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const rows = await db
      .selectFrom('digests')
      .select(['project_id', 'content'])
      .where('project_id', '>', after)
      .orderBy('project_id')
      .limit(PAGE)
      .execute();
    for (const { content } of rows) {
      bytes +=
        mailText(content, SETTINGS.publicUrl).length +
        mailHtml(content, SETTINGS.publicUrl, 'cid:x', PAGE_BYTES_MAX).length;
    }
    if (rows.length < PAGE) return bytes;
    after = rows.at(-1)!.project_id;
  }
}
