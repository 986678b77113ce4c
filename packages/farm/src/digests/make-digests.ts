import type { Digest, DigestOutcome, UntoldDay } from '@crafting-table/contracts/digest';
import { RECIPES } from '@crafting-table/contracts/words';
import type { Database } from '@crafting-table/database/connect';
import { listMissedDays } from '@crafting-table/database/digests/days';
import type { DigestFacts } from '@crafting-table/database/digests/facts';
import type { FactsWanted } from '@crafting-table/database/digests/facts-wanted';
import { loadFacts } from '@crafting-table/database/digests/load-facts';
import { storeDigests, type UndigestedProject } from '@crafting-table/database/digests/store-digests';
import { readSchedules } from '../schedules/read-schedules.ts';
import { composeDigest } from './compose-digest.ts';
import type { DigestSettings } from './digest-settings.ts';
import { isWanted } from './judge-events.ts';

export type MadeDigest = {
  project: UndigestedProject;
  content: Digest;
  from: Date;
  to: Date;
  outcome: Exclude<DigestOutcome, 'missed'>;
};

/** The first digest of a project looks back this far. */
const FIRST_MS = 86_400_000;

/** What projects would be told: asked, composed and judged, and nothing kept. */
export async function makeDigests(
  db: Database,
  settings: DigestSettings,
  projects: readonly UndigestedProject[],
  day: { date: string; to: Date },
): Promise<MadeDigest[]> {
  const wanted = projects.map((project) => wantedOf(project, settings, day));
  const facts = await loadFacts(db, wanted);
  const missed = await listMissedDays(db, oldestOf(projects, day.date), day.date);
  return projects.map((project, index) => {
    const { from, to } = wanted[index]!; // One for each of them, and so are the facts.
    const content = composeDigest({ project: project.name, ...day, tz: settings.tz, from }, facts[index]!);
    content.untold = [...content.untold, ...awayDays(project, missed)].toSorted(byDate);
    return { project, content, from, to, outcome: judge(project, settings, content, facts[index]!) };
  });
}

/** Keeps digests, and their mails where there is to be one. Returns how many; of a project that has one of that day none is kept. */
export async function keepDigests(
  db: Database,
  digests: readonly MadeDigest[],
  mail: { at: Date; expiresAt: Date },
): Promise<number> {
  return storeDigests(
    db,
    digests.map(({ project, ...made }) => ({
      projectId: project.id,
      date: made.content.date,
      ...made,
      mail: made.outcome === 'mail' ? { ...mail, ...addressed(project, made.content.date) } : null,
    })),
  );
}

function addressed(project: UndigestedProject, date: string) {
  return { messageId: `<${date}.${project.id}@crafting-table>`, addresses: addressesOf(project) };
}

/** From the end of the digest before. */
function wantedOf(
  project: UndigestedProject,
  { tz }: DigestSettings,
  { date, to }: { date: string; to: Date },
): FactsWanted {
  const { id, default_branch: defaultBranch, previous, created_at: createdAt } = project;
  const from = previous?.to ?? new Date(Math.max(to.getTime() - FIRST_MS, createdAt.getTime()));
  const branches = readSchedules(project, tz).flatMap(({ ref, enabled }) => (enabled && ref) || []);
  return {
    projectId: id,
    declared: declaredBy(project),
    branches: [...new Set([defaultBranch, ...branches])],
    defaultBranch,
    date,
    from: from < to ? from : to,
    to,
  };
}

function declaredBy({ subprojects }: UndigestedProject): FactsWanted['declared'] {
  return subprojects.flatMap((subproject) =>
    RECIPES.filter((recipe) => subproject[recipe] !== undefined).map((recipe) => ({
      subproject: subproject.path,
      recipe,
    })),
  );
}

/** The day of the oldest digest before; the date itself when there is none before. */
function oldestOf(projects: readonly UndigestedProject[], date: string): string {
  return projects.map(({ previous }) => previous?.date ?? date).toSorted()[0] ?? date;
}

/** Missed by a project are those after its digest before. */
function awayDays({ previous }: UndigestedProject, missed: readonly string[]): UntoldDay[] {
  if (previous === null) return [];
  return missed
    .filter((date) => date > previous.date)
    .map((date) => ({ date, told: 'missed', why: 'the farm was away until it was too late' }));
}

function byDate(a: UntoldDay, b: UntoldDay): number {
  return a.date < b.date ? -1 : 1;
}

function judge(
  project: UndigestedProject,
  { isMailOn }: DigestSettings,
  { events }: Digest,
  { mails }: DigestFacts,
): MadeDigest['outcome'] {
  if (addressesOf(project).length === 0) return 'no_address';
  // Its news would be lost otherwise: what was new in a mail that nobody got is an old story for this digest.
  const isOwed = mails.some(
    ({ state, recipients }) => state === 'expired' && !recipients.some((each) => each.state === 'sent'),
  );
  if (!isOwed && !isWanted(events, project.notify?.on ?? [])) return 'no_event';
  return isMailOn ? 'mail' : 'mail_off';
}

/** One mail for each address, however often it is named. */
function addressesOf({ notify }: UndigestedProject): string[] {
  return [...new Map((notify?.email ?? []).map((address) => [address.toLowerCase(), address])).values()];
}
