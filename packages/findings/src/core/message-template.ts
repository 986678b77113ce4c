import { TEMPLATE_CHARS_MAX } from './limits.ts';

/** A text without any of these is its own template: digits, slashes, quotes beyond ASCII, blanks but single spaces. */
const CHANGES = /[\d\\/‘’‚‛`´“”„‟]|\s\s|[^\S ]|\b[0-9a-f]{8}-/i;

/**
 * The message without what changes from job to job: numbers, addresses, ids, paths below absolute roots, quote styles.
 * Two messages of one template say the same thing.
 */
export function messageTemplate(message: string): string {
  const text = message.slice(0, 4 * TEMPLATE_CHARS_MAX);
  if (!CHANGES.test(text)) return text.trim().slice(0, TEMPLATE_CHARS_MAX);
  return text
    .replaceAll(/[‘’‚‛`´]/g, "'")
    .replaceAll(/[“”„‟]/g, '"')
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '#')
    .replaceAll(/(?<![\w.])(?:[A-Za-z]:)?[\\/](?:[\w.@+~-]{1,200}[\\/]){1,40}[\w.@+~-]{0,200}/g, '<path>')
    .replaceAll(/\b0x[0-9a-f]+\b/gi, '#')
    .replaceAll(/\b(?=[0-9a-f]{0,40}\d)[0-9a-f]{7,64}\b/gi, '#')
    .replaceAll(/\d+(?:[.,:]\d+)*/g, '#')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, TEMPLATE_CHARS_MAX);
}
