import type { Digest } from '@crafting-table/contracts/digest';

/** Mail programs cut what is longer (Gmail at 102 kB), so text, page, picture and heads together stay below it. */
export const MAIL_BYTES_MAX = 100_000;
/** Each as it travels. The rest is for the picture, 2 kB, and for heads that name many addresses. */
export const PAGE_BYTES_MAX = 60_000;
export const TEXT_BYTES_MAX = 25_000;

/** Lines per section: the first of these with which it fits. */
const LIMITS = [50, 40, 30, 20, 12, 6, 3, 1, 0];

/** Renders with as many lines as fit; what has no line is still counted in its section. */
export function fitDigest(digest: Digest, bytesMax: number, render: (digest: Digest) => string): string {
  let most = Infinity;
  for (const limit of LIMITS) {
    if (limit > most && limit > 0) continue;
    const sections = digest.sections.map((section) => ({ ...section, lines: section.lines.slice(0, limit) }));
    const text = render({ ...digest, sections });
    const bytes = travelBytes(text);
    if (bytes < bytesMax || limit === 0) return text;
    most = 1.2 * limit * (bytesMax / bytes); // Far more than fit are not tried: lines are of about one length.
  }
  throw new Error('there is no limit of lines that is 0');
}

/**
 * Never less than a text takes in a mail: quoted-printable (RFC 2045, 6.7) makes three bytes of one that is not ASCII and of `=`, and
 * breaks lines at 76. Where base64 is shorter, nodemailer takes that. Of a character that is not ASCII, at least half the bytes are
 * more than its units here.
 */
function travelBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  let escaped = 2 * (bytes - text.length);
  for (let at = text.indexOf('='); at >= 0; at = text.indexOf('=', at + 1)) escaped += 1;
  return Math.ceil((bytes + 2 * escaped) * (1 + 3 / 73));
}
