import type { Digest, DigestDay, DigestView } from '@crafting-table/contracts/digest';
import type { Database } from '@crafting-table/database/connect';
import { findDigestDay } from '@crafting-table/database/digests/days';
import { findDigest, listDigestRows, type DigestRow } from '@crafting-table/database/digests/find-digests';
import { visibleTo, type Caller } from '../caller.ts';
import { refuse, type Refusal } from '../refusal.ts';
import { subjectOf } from './digest-words.ts';

/** What became of a day: a digest for each project that was there, or why there is none. */
export async function listDigests(db: Database, caller: Caller, date: string): Promise<DigestDay> {
  const day = await findDigestDay(db, date);
  const rows = await listDigestRows(db, {
    date,
    owner: visibleTo(caller),
    createdBefore: day?.due_at ?? new Date(0),
  });
  const isMissed = day?.state === 'missed';
  return { date, digests: rows.flatMap((row) => showDigest(row, isMissed) ?? []) };
}

export async function getDigest(
  db: Database,
  caller: Caller,
  of: { date: string; project: string },
): Promise<Digest | Refusal> {
  return (await findDigest(db, { ...of, owner: visibleTo(caller) })) ?? refuse('not_found');
}

/** Null: it is still being made. */
function showDigest(row: DigestRow, isMissed: boolean): DigestView | null {
  const { project, outcome, content, message_id, state } = row;
  if (outcome === null || content === null)
    return isMissed ? { ...NOTHING, project, outcome: 'missed' } : null;
  return {
    ...viewOf(content),
    outcome,
    mail:
      message_id === null || state === null
        ? null
        : {
            message_id,
            state,
            tries: row.tries ?? 0,
            recipients: row.recipients ?? [],
            error: row.error,
          },
  };
}

const NOTHING = { events: [], from: null, to: null, subject: null, counts: {}, mail: null };

export function viewOf(content: Digest): Omit<DigestView, 'outcome' | 'mail'> {
  return {
    project: content.project,
    events: content.events,
    from: content.from,
    to: content.to,
    subject: subjectOf(content),
    counts: Object.fromEntries(content.sections.map(({ name, total }) => [name, total])),
  };
}
