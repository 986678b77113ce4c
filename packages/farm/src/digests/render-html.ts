// Mail programs keep tables and inline styles and little else: no scripts, no outer files, hardly any style sheet. What is in the
// head is for those that know dark mode; without it the page is readable as well.
import type { Digest, DigestLine, DigestSection, UntoldDay } from '@crafting-table/contracts/digest';
import type { Severity } from '@crafting-table/contracts/words';
import { allIsWell, HEADINGS, plain, sinceWords, subjectOf, timeIn, untoldWords } from './digest-words.ts';
import { mailLinks, pageLinks, type DigestLinks } from './digest-links.ts';
import { fitDigest } from './fit-digest.ts';
import { TREND_SIZE, trendText } from './trend-picture.ts';

/** The digest as a mail shows it. `pictureUrl` is where its picture is, like `cid:…`. */
export function mailHtml(digest: Digest, publicUrl: string, pictureUrl: string, bytesMax: number): string {
  const links = mailLinks(publicUrl, digest);
  return withPicture(
    fitDigest(digest, bytesMax, (fitted) => render(fitted, links)),
    pictureUrl,
  );
}

/** The same as a page, with every line that is kept of it. */
export function renderHtml(digest: Digest, publicUrl: string, pictureUrl: string): string {
  return withPicture(render(digest, pageLinks(publicUrl, digest)), pictureUrl);
}

function withPicture(page: string, pictureUrl: string): string {
  return page.replace(PICTURE, () => escape(pictureUrl));
}

/** Cannot stand in anything that was escaped. */
const PICTURE = '<picture>';
const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const DARK = `@media (prefers-color-scheme:dark){.page,.page td{background:#16181c!important;color:#e6e6e6!important}
.soft,.low{color:#a5adb8!important}.critical{color:#ff8a80!important}.high{color:#ffab70!important}
.medium{color:#f2cc60!important}.well{color:#6fd08c!important}.page a{color:#8ab4f8!important}.row{border-color:#343942!important}}`;

function render(digest: Digest, links: DigestLinks): string {
  const { project, date, tz, from, to, sections, untold } = digest;
  const well = allIsWell(digest);
  const rows = [
    row(`<h1 style="margin:0;font-size:20px;line-height:1.3">${escape(project)}</h1>
<div class="soft" style="color:#5c6470;font-size:13px">${date}, ${timeIn(tz, from)} to ${timeIn(tz, to)}, ${escape(tz)}</div>`),
    ...untold.map((day) => row(renderUntold(day, links))),
    ...(well === null ? [] : [row(`<strong class="well" style="color:#1c7a3f">${escape(well)}</strong>`)]),
    ...sections.map((section) => row(renderSection(section, digest, links))),
    row(`<img src="${PICTURE}" width="${TREND_SIZE.width}" height="${TREND_SIZE.height}" alt="${escape(trendText(digest.trend))}"
 style="display:block;border:0"><div class="soft" style="color:#5c6470;font-size:12px">${escape(trendText(digest.trend))}</div>`),
    row(`<a href="${escape(links.page(date))}" style="color:#1a5fb4">This mail as a page</a>`),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>${escape(subjectOf(digest))}</title><style>:root{color-scheme:light dark}${DARK}</style></head>
<body class="page" style="margin:0;padding:0;background:#ffffff">
<table class="page" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#ffffff">
<tr><td align="center"><table class="page" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"
 style="max-width:680px;background:#ffffff;color:#1d2024;${FONT};font-size:15px;line-height:1.45;text-align:left">
${rows.join('\n')}
</table></td></tr></table></body></html>
`;
}

function row(content: string): string {
  return `<tr><td style="padding:12px 16px">${content}</td></tr>`;
}

function renderUntold(day: UntoldDay, links: DigestLinks): string {
  const words = `<strong>${escape(untoldWords(day))}:</strong> ${escape(plain(day.why))}`;
  if (day.told === 'missed') return words;
  const url = links.page(day.date);
  return `${words} · <a href="${escape(url)}" style="color:#1a5fb4">what it said</a>`;
}

function renderSection({ name, total, lines }: DigestSection, digest: Digest, links: DigestLinks): string {
  const more = total - lines.length;
  const rest =
    more > 0
      ? `<tr><td style="padding:6px 0"><a href="${escape(links.rest(name))}" style="color:#1a5fb4">and ${more} more</a></td></tr>`
      : '';
  return `<h2 style="margin:0 0 4px;font-size:16px">${HEADINGS[name]} (${total})</h2>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
${lines.map((line) => renderLine(line, name, digest, links)).join('\n')}${rest}</table>`;
}

const COLOURS: Partial<Record<Severity, string>> = {
  critical: '#b3121f',
  high: '#b3420f',
  medium: '#806000',
};

function renderLine(
  line: DigestLine,
  section: DigestSection['name'],
  digest: Digest,
  links: DigestLinks,
): string {
  const { severity, what, where, job_id } = line;
  const facts = [
    where === null ? null : `<span style="word-break:break-word">${escape(plain(where))}</span>`,
    sinceWords(line, section, digest),
    job_id === null ? null : `<a href="${escape(links.job(job_id))}" style="color:#1a5fb4">job</a>`,
  ].filter((fact) => fact !== null);
  const badge =
    severity === null
      ? ''
      : `<strong class="${COLOURS[severity] ? severity : 'low'}" style="color:${COLOURS[severity] ?? '#5c6470'}">${severity}</strong> `;
  return `<tr><td class="row" style="padding:6px 0;border-top:1px solid #e3e6ea;word-break:break-word">${badge}${escape(plain(what))}
<div class="soft" style="color:#5c6470;font-size:13px">${facts.join(' · ')}</div></td></tr>`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!); // The pattern has no other.
}
