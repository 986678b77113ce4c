import type { Digest, DigestLine, DigestSection, UntoldDay } from '@crafting-table/contracts/digest';
import {
  allIsWell,
  digestUrl,
  HEADINGS,
  jobUrl,
  plain,
  restUrl,
  sinceWords,
  timeIn,
  untoldWords,
} from './digest-words.ts';
import { fitDigest, TEXT_BYTES_MAX } from './fit-digest.ts';
import { trendText } from './trend-picture.ts';

/** The digest for those who read mail as text. */
export function renderText(digest: Digest, publicUrl: string): string {
  return fitDigest(digest, TEXT_BYTES_MAX, (fitted) => render(fitted, publicUrl));
}

function render(digest: Digest, publicUrl: string): string {
  const { project, date, tz, from, to, sections, untold } = digest;
  const well = allIsWell(digest);
  const parts = [
    `${project}, ${date}\n${timeIn(tz, from)} to ${timeIn(tz, to)}, ${tz}`,
    ...untold.map((day) => renderUntold(day, digest, publicUrl)),
    ...(well === null ? [] : [well]),
    ...sections.map((section) => renderSection(section, digest, publicUrl)),
    `${trendText(digest.trend)}.`,
    `As a page: ${digestUrl(publicUrl, digest)}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function renderUntold(day: UntoldDay, { project }: Digest, publicUrl: string): string {
  const words = `${untoldWords(day)}: ${plain(day.why)}`;
  return day.told === 'missed' ? words : `${words}\n${digestUrl(publicUrl, { project, date: day.date })}`;
}

function renderSection({ name, total, lines }: DigestSection, digest: Digest, publicUrl: string): string {
  const more = total - lines.length;
  const rest = more > 0 ? [`  and ${more} more: ${restUrl(publicUrl, digest, name)}`] : [];
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
  const { severity, what, where, job_id } = line;
  const facts = [where === null ? null : plain(where), sinceWords(line, section, digest)].filter(
    (fact) => fact !== null,
  );
  return [
    `- ${severity === null ? '' : `${severity}: `}${plain(what)}`,
    ...(facts.length === 0 ? [] : [`  ${facts.join(', ')}`]),
    ...(job_id === null ? [] : [`  ${jobUrl(publicUrl, job_id)}`]),
  ].join('\n');
}
