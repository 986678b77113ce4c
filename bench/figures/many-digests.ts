import { connectDatabase, type Database } from '@crafting-table/database/connect';
import { migrate } from '@crafting-table/database/migrate';
import { renderHtml } from '@crafting-table/farm/digests/render-html';
import { renderText } from '@crafting-table/farm/digests/render-text';
import { tendDigests } from '@crafting-table/farm/digests/tend-digests';
import type { Figure } from '../figure.ts';
import { insertEventfulDay } from '../load/eventful-day.ts';

const AIM_SECS = 60;
const AIM_MB = 200;
const PAGE = 50;
/** Most of it is for writing six million rows first, which is not measured. */
const LIMIT_MS = 900_000;
const DUE = new Date('2026-05-05T13:00:00Z');
const SETTINGS = {
  cron: '0 6 * * *',
  tz: 'America/Los_Angeles',
  publicUrl: 'http://farm.example',
  isMailOn: true,
};

/** The morning of a large farm: every digest asked for, composed, kept, and rendered as text and page. */
export const manyDigests: Figure = {
  name: 'many-digests',
  floor: null,
  aim: `below ${AIM_SECS} s, with memory that does not grow by more than ${AIM_MB} MB`,
  limitMs: LIMIT_MS,
  async measure(bench) {
    const scale = bench.isQuick ? 20 : 1;
    const size = { projects: 10_000 / scale, jobs: 1_000_000 / scale, findings: 5_000_000 / scale };
    const url = await bench.stores.createDatabase();
    await migrate(url);
    bench.tell(`inserting ${size.jobs} jobs and ${size.findings} findings of ${size.projects} projects`);
    await insertEventfulDay(url, {
      ...size,
      from: new Date(DUE.getTime() - 86_000_000),
      to: new Date(DUE.getTime() - 60_000),
    });
    const db = bench.own(connectDatabase({ url, poolSize: 8, name: 'bench' }));
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 50);
    const began = performance.now();
    const made = await tendDigests(db, SETTINGS, DUE);
    const composed = performance.now();
    const bytes = await renderAll(db);
    const rendered = performance.now();
    clearInterval(watch);
    if (made !== size.projects) throw new Error(`${made} digests were made of ${size.projects} projects`);
    bench.tell(
      `composed in ${((composed - began) / 1000).toFixed(1)} s; ${(bytes / made / 1000).toFixed(1)} kB a mail`,
    );
    const secs = (rendered - began) / 1000;
    const grown = (most - before) / 1024 ** 2;
    const label = `digests of ${size.projects} projects, ${size.jobs} jobs, ${size.findings} findings`;
    return [
      { label, value: secs, floor: null, unit: 's', isMet: secs < AIM_SECS },
      { label: `${label}: memory grown by`, value: grown, floor: null, unit: 'MB', isMet: grown < AIM_MB },
    ];
  },
};

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
        renderText(content, SETTINGS.publicUrl).length +
        renderHtml(content, SETTINGS.publicUrl, 'cid:x').length;
    }
    if (rows.length < PAGE) return bytes;
    after = rows.at(-1)!.project_id;
  }
}
