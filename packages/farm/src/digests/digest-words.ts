// What text and page share: headings, the sentence when all is well, times, and text that is safe to show.
import type { Digest, DigestLine, DigestSectionName, UntoldDay } from '@crafting-table/contracts/digest';
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
  const nothing = allIsWell(digest) === null ? 'nothing to tell' : 'all is well';
  return `[${digest.project}] ${counts.length === 0 ? nothing : counts.join(', ')}`;
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
 * separators, and format characters, which nobody sees and some of which turn the text around them.
 */
export function plain(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .replaceAll(/\p{Cf}/gu, '')
    .trim();
}

/** `since 2026-05-02 02:31`, and for how long where that is what counts. */
export function sinceWords(
  { since }: DigestLine,
  section: DigestSectionName,
  { tz, to }: Pick<Digest, 'tz' | 'to'>,
): string | null {
  if (since === null) return null;
  const time = `since ${timeIn(tz, since)}`;
  return section === 'open' ? `${time}, open for ${ageOf(since, to)}` : time;
}

const UNTOLD_WORDS: Record<UntoldDay['told'], (date: string) => string> = {
  missed: (date) => `There was no mail of ${date}`,
  nobody: (date) => `The mail of ${date} reached nobody`,
  some: (date) => `The mail of ${date} did not reach everybody`,
};

/** `The mail of 2026-05-04 reached nobody`, to be followed by why. */
export function untoldWords({ told, date }: UntoldDay): string {
  return UNTOLD_WORDS[told](date);
}
