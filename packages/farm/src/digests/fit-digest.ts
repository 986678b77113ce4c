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
  let text = '';
  for (const limit of LIMITS) {
    const sections = digest.sections.map((section) => ({ ...section, lines: section.lines.slice(0, limit) }));
    text = render({ ...digest, sections });
    if (travelBytes(text) < bytesMax) break;
  }
  return text;
}

/**
 * Never less than a text takes in a mail: quoted-printable (RFC 2045, 6.7) makes three bytes of one that is not ASCII, and breaks
 * lines at 76. Where base64 is shorter, nodemailer takes that.
 */
function travelBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  let others = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x3d) others += 1;
    else if (code > 0x7e) others += code < 0x800 ? 2 : 3; // A half of a pair has two bytes: three is on the safe side.
  }
  return Math.ceil((bytes + 2 * others) * (1 + 3 / 73));
}
