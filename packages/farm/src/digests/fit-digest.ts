import type { Digest } from '@crafting-table/contracts/digest';

/** Mail programs cut what is longer (Gmail at 102 kB); pictures are not counted there. */
export const BYTES_MAX = 100_000;

/** Lines per section: the first of these with which it fits. */
const LIMITS = [50, 40, 30, 20, 12, 6, 3, 1, 0];

/** Renders with as many lines as fit; what has no line is still counted in its section. */
export function fitDigest(digest: Digest, render: (digest: Digest) => string): string {
  let text = '';
  for (const limit of LIMITS) {
    const sections = digest.sections.map((section) => ({ ...section, lines: section.lines.slice(0, limit) }));
    text = render({ ...digest, sections });
    if (Buffer.byteLength(text) < BYTES_MAX) break;
  }
  return text;
}
