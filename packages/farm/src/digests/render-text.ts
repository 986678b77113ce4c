import type { Digest, DigestLine, DigestSection } from '@crafting-table/contracts/digest';
import { ageOf, allIsWell, digestUrl, HEADINGS, jobUrl, plain, timeIn } from './digest-words.ts';
import { fitDigest } from './fit-digest.ts';
import { trendText } from './trend-picture.ts';

/** The digest for those who read mail as text. Less than 100 kB. */
export function renderText(digest: Digest, publicUrl: string): string {
  return fitDigest(digest, (fitted) => render(fitted, publicUrl));
}

function render(digest: Digest, publicUrl: string): string {
  const { project, date, tz, from, to, sections, undelivered } = digest;
  const well = allIsWell(digest);
  const parts = [
    `${project}, ${date}\n${timeIn(tz, from)} to ${timeIn(tz, to)}, ${tz}`,
    ...undelivered.map(({ date: day, why }) => `The mail of ${day} did not reach everybody: ${plain(why)}`),
    ...(well === null ? [] : [well]),
    ...sections.map((section) => renderSection(section, digest, publicUrl)),
    `${trendText(digest.trend)}.`,
    `As a page: ${digestUrl(publicUrl, digest, 'html')}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function renderSection({ name, total, lines }: DigestSection, digest: Digest, publicUrl: string): string {
  const more = total - lines.length;
  const rest = more > 0 ? [`  and ${more} more: ${digestUrl(publicUrl, digest, 'txt')}`] : [];
  return [
    `${HEADINGS[name].toUpperCase()} (${total})`,
    ...lines.map((line) => renderLine(line, name, digest, publicUrl)),
    ...rest,
  ].join('\n');
}

function renderLine(
  line: DigestLine,
  section: DigestSection['name'],
  digest: Digest,
  publicUrl: string,
): string {
  const { severity, what, where, since, job_id } = line;
  const age = since === null ? null : `since ${timeIn(digest.tz, since)}`;
  const open = since !== null && section === 'open' ? `open for ${ageOf(since, digest.to)}` : null;
  const facts = [where === null ? null : plain(where), age, open].filter((fact) => fact !== null);
  return [
    `- ${severity === null ? '' : `${severity}: `}${plain(what)}`,
    ...(facts.length === 0 ? [] : [`  ${facts.join(', ')}`]),
    ...(job_id === null ? [] : [`  ${jobUrl(publicUrl, job_id)}`]),
  ].join('\n');
}
