import { setTimeout as delay } from 'node:timers/promises';
import type { DigestDay, DigestView, RunDigestBody } from '@crafting-table/contracts/digest';
import { insertAudit } from '@crafting-table/database/audit';
import type { Database } from '@crafting-table/database/connect';
import { findUnsettledMs } from '@crafting-table/database/digests/find-unsettled';
import { findUndigested } from '@crafting-table/database/digests/store-digests';
import { findProject } from '@crafting-table/database/projects';
import { readClock } from '@crafting-table/database/schedules';
import type { Caller } from '../caller.ts';
import { runningClock } from '../running-clock.ts';
import { refuse, type Refusal } from '../refusal.ts';
import { localAt } from '../schedules/wall-clock.ts';
import { dayAt, earlier, endOf, noonAfter } from './digest-day.ts';
import type { DigestSettings } from './digest-settings.ts';
import { listDigests, viewOf } from './list-digests.ts';
import { keepDigests, makeDigests } from './make-digests.ts';

/** Bounds one answer: a farm with more projects makes the rest in the morning, or at the next call. */
const PROJECTS_MAX = 500;
/** A result takes a few milliseconds to write down, most of them. */
const SETTLE_MS = 1000;
/** Asked about in one statement. */
const TOGETHER = 25;

/**
 * Makes the digests of a day that are not there yet, of one project or of all, and answers with those of the day. Today's goes up to
 * this moment. A day that a later digest reached over gets none. `dry_run` only says what would be.
 */
export async function runDigest(
  db: Database,
  settings: DigestSettings,
  caller: Caller,
  { date: asked, project: name, dry_run: isDry }: RunDigestBody,
): Promise<DigestDay | Refusal> {
  const now = await readClock(db);
  const local = localAt(now, settings.tz);
  const today = local.slice(0, 10);
  const date = asked ?? today;
  if (date > today) return refuse('invalid_input', `${date} has not come yet.`, [FUTURE]);
  const only = name === undefined ? null : await findProject(db, name, null);
  if (name !== undefined && only === null) return refuse('not_found');
  const dueAt = dayAt(settings, date)?.dueAt ?? now;
  const settled = await settle(db, now);
  const to = date === today || dueAt > now ? settled : earlier(endOf(dueAt), settled);
  const projects = await findUndigested(db, {
    date,
    createdBefore: to,
    projectId: only?.id ?? null,
    limit: PROJECTS_MAX,
  });
  const views: DigestView[] = [];
  while (projects.length > 0) {
    const made = await makeDigests(db, settings, projects.splice(0, TOGETHER), { date, to });
    views.push(...made.map(({ content, outcome }) => ({ ...viewOf(content), outcome, mail: null })));
    if (!isDry) await keepDigests(db, made, { at: now, expiresAt: noonAfter(local, settings.tz) });
  }
  if (isDry) return { date, digests: await withMade(db, caller, { date, project: name ?? null }, views) };
  await insertAudit(db, {
    actor: caller.name,
    action: 'digest.run',
    subject: name ?? date,
    detail: { date },
  });
  return { date, digests: await withMade(db, caller, { date, project: name ?? null }, []) };
}

/** That moment, once nothing is at work any more that began before it; after a second of waiting, when the oldest of it began. */
async function settle(db: Database, now: Date): Promise<Date> {
  const clock = runningClock(now);
  for (;;) {
    const began = new Date(clock().getTime() - (await findUnsettledMs(db)));
    if (began >= now) return now;
    if (clock().getTime() - now.getTime() > SETTLE_MS) return began;
    await delay(20);
  }
}

/** Those of the day that are there already, and these, by name. */
async function withMade(
  db: Database,
  caller: Caller,
  { date, project: only }: { date: string; project: string | null },
  views: readonly DigestView[],
): Promise<DigestView[]> {
  const { digests } = await listDigests(db, caller, date);
  const shown = new Set(views.map(({ project }) => project));
  return [...views, ...digests.filter(({ project }) => !shown.has(project))]
    .filter(({ project }) => only === null || project === only)
    .toSorted((a, b) => (a.project < b.project ? -1 : 1));
}

const FUTURE = { path: 'body.date', message: 'must not be later than today' };
