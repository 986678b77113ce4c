// What text and page share: headings, the sentence when all is well, times, and text that is safe to show.
import type { Digest, DigestSectionName } from '@crafting-table/contracts/digest';
import { localAt } from '../schedules/wall-clock.ts';
import { plural } from './digest-lines.ts';

export const HEADINGS: Record<DigestSectionName, string> = {
  new: 'New since yesterday',
  fixed: 'Fixed',
  open: 'Still open',
  flaky: 'Flaky',
  not_checked: 'Not checked',
  patches: 'Patches waiting for review',
  lost: 'Lost, timed out or killed',
};

const SUBJECT_WORDS: Record<DigestSectionName, string> = {
  new: 'new',
  fixed: 'fixed',
  open: 'open',
  flaky: 'flaky',
  not_checked: 'not checked',
  patches: 'to review',
  lost: 'lost',
};

export function subjectOf(digest: Digest): string {
  const counts = digest.sections.map(({ name, total }) => `${total} ${SUBJECT_WORDS[name]}`);
  return `[${digest.project}] ${counts.length === 0 ? 'all is well' : counts.join(', ')}`;
}

/** One sentence when there is nothing to decide; null otherwise. Nothing that was not looked at is ever called well. */
export function allIsWell({ sections, ran }: Digest): string | null {
  if (sections.some(({ name }) => name !== 'fixed') || ran.recipes === 0) return null;
  return `All is well: ${plural(ran.recipes, 'recipe')} ran, ${ran.passed} passed, nothing is open.`;
}

/** `2026-05-05 06:00`, in the digest's own zone. */
export function timeIn(tz: string, instant: string): string {
  return localAt(new Date(instant), tz).replace('T', ' ');
}

/** `3 days`, for what has been there for a while. */
export function ageOf(since: string, to: string): string {
  const days = Math.floor((Date.parse(to) - Date.parse(since)) / 86_400_000);
  return days < 1 ? 'less than a day' : plural(days, 'day');
}

/**
 * Text of tools without what would break a line, a terminal or the direction of reading: control characters, line and paragraph
 * separators, marks that turn text around, and characters nobody sees.
 */
export function plain(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .replaceAll(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|\ud83c[\udff4]|[\u{e0000}-\u{e007f}]/gu, '')
    .trim();
}

export function jobUrl(publicUrl: string, jobId: string): string {
  return `${publicUrl}/jobs/${jobId}`;
}

export function digestUrl(publicUrl: string, { date, project }: Digest, form: 'html' | 'txt'): string {
  return `${publicUrl}/digests/${date}/${encodeURIComponent(project)}.${form}`;
}
