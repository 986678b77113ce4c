import type { Digest, DigestLine, DigestSection, UntoldDay } from '@crafting-table/contracts/digest';
import { allIsWell, HEADINGS, plain, sinceWords, timeIn, untoldWords } from './digest-words.ts';
import { mailLinks, pageLinks, type DigestLinks } from './digest-links.ts';
import { fitDigest, TEXT_BYTES_MAX } from './fit-digest.ts';
import { trendText } from './trend-picture.ts';

/** The digest for those who read mail as text. */
export function mailText(digest: Digest, publicUrl: string): string {
  return fitDigest(digest, TEXT_BYTES_MAX, (fitted) => render(fitted, mailLinks(publicUrl, digest)));
}

/** The same with every line that is kept of it. */
export function renderText(digest: Digest, publicUrl: string): string {
  return render(digest, pageLinks(publicUrl, digest));
}

function render(digest: Digest, links: DigestLinks): string {
  const { project, date, tz, from, to, sections, untold } = digest;
  const well = allIsWell(digest);
  const parts = [
    `${project}, ${date}\n${timeIn(tz, from)} to ${timeIn(tz, to)}, ${tz}`,
    ...untold.map((day) => renderUntold(day, links)),
    ...(well === null ? [] : [well]),
    ...sections.map((section) => renderSection(section, digest, links)),
    `${trendText(digest.trend)}.`,
    `As a page: ${links.page(date)}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function renderUntold(day: UntoldDay, links: DigestLinks): string {
  const words = `${untoldWords(day)}: ${plain(day.why)}`;
  return day.told === 'missed' ? words : `${words}\n${links.page(day.date)}`;
}

function renderSection({ name, total, lines }: DigestSection, digest: Digest, links: DigestLinks): string {
  const more = total - lines.length;
  const rest = more > 0 ? [`  and ${more} more: ${links.rest(name)}`] : [];
  return [
    `${HEADINGS[name].toUpperCase()} (${total})`,
    ...lines.map((line) => renderLine(line, name, digest, links)),
    ...rest,
  ].join('\n');
}

function renderLine(
  line: DigestLine,
  section: DigestSection['name'],
  digest: Digest,
  links: DigestLinks,
): string {
  const { severity, what, where, job_id } = line;
  const facts = [where === null ? null : plain(where), sinceWords(line, section, digest)].filter(
    (fact) => fact !== null,
  );
  return [
    `- ${severity === null ? '' : `${severity}: `}${plain(what)}`,
    ...(facts.length === 0 ? [] : [`  ${facts.join(', ')}`]),
    ...(job_id === null ? [] : [`  ${links.job(job_id)}`]),
  ].join('\n');
}
