import type { Digest, DigestOutcome } from '@crafting-table/contracts/digest';
import type { Database } from '@crafting-table/database/connect';
import { listMissedDays } from '@crafting-table/database/digests/days';
import { loadFacts } from '@crafting-table/database/digests/load-facts';
import { storeDigest, type UndigestedProject } from '@crafting-table/database/digests/store-digest';
import { readSchedules } from '../schedules/read-schedules.ts';
import { composeDigest } from './compose-digest.ts';
import type { DigestSettings } from './digest-settings.ts';
import { isWanted } from './judge-events.ts';

export type MadeDigest = { content: Digest; from: Date; to: Date; outcome: Exclude<DigestOutcome, 'missed'> };

/** The first digest of a project looks back this far. */
const FIRST_MS = 86_400_000;

/** What a project would be told: asked, composed and judged, and nothing kept. */
export async function makeDigest(
  db: Database,
  settings: DigestSettings,
  project: UndigestedProject,
  day: { date: string; to: Date },
): Promise<MadeDigest> {
  const { previous } = project;
  const { tz } = settings;
  const to = day.to;
  const from = previous?.to ?? new Date(Math.max(to.getTime() - FIRST_MS, project.created_at.getTime()));
  const begin = from < to ? from : to;
  const schedules = readSchedules(project, tz);
  const facts = await loadFacts(db, {
    projectId: project.id,
    branches: [...new Set([project.default_branch, ...schedules.flatMap(({ ref }) => ref ?? [])])],
    defaultBranch: project.default_branch,
    date: day.date,
    from: begin,
    to,
  });
  const content = composeDigest({ project: project.name, date: day.date, tz, from: begin, to }, facts);
  const missed = previous === null ? [] : await listMissedDays(db, previous.date, day.date);
  const away = missed.map((each) => ({
    date: each,
    told: 'missed' as const,
    why: 'the farm was away until it was too late',
  }));
  content.untold = [...content.untold, ...away].toSorted((a, b) => (a.date < b.date ? -1 : 1));
  // Its news would be lost otherwise: what was new in a mail that nobody got is an old story for this digest.
  const isOwed = facts.mails.some(({ state }) => state === 'expired');
  const outcome = judge(project, settings, { events: content.events, isOwed });
  return { content, from: begin, to, outcome };
}

/** Keeps a digest, and its mail when there is to be one. False when the project has one of that day. */
export async function keepDigest(
  db: Database,
  project: UndigestedProject,
  made: MadeDigest,
  mail: { at: Date; expiresAt: Date },
): Promise<boolean> {
  const { date } = made.content;
  return storeDigest(db, {
    projectId: project.id,
    date,
    ...made,
    mail:
      made.outcome === 'mail'
        ? { messageId: `<${date}.${project.id}@crafting-table>`, addresses: addressesOf(project), ...mail }
        : null,
  });
}

function judge(
  project: UndigestedProject,
  { isMailOn }: DigestSettings,
  { events, isOwed }: { events: Digest['events']; isOwed: boolean },
): MadeDigest['outcome'] {
  if (addressesOf(project).length === 0) return 'no_address';
  if (!isOwed && !isWanted(events, project.notify?.on ?? [])) return 'no_event';
  return isMailOn ? 'mail' : 'mail_off';
}

/** One mail for each address, however often it is named. */
function addressesOf({ notify }: UndigestedProject): string[] {
  return [...new Map((notify?.email ?? []).map((address) => [address.toLowerCase(), address])).values()];
}
