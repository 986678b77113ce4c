import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PROBLEMS } from '@crafting-table/contracts/problem';
import { escapeHtml } from '../browser/small-page.ts';

const PAGE = readFileSync(new URL('page.html', import.meta.url), 'utf8').replace(
  '<!-- problems -->',
  problemRows,
);
const SCRIPT = /<script>([\s\S]*?)<\/script>/.exec(PAGE)?.[1] ?? '';
const SCRIPT_HASH = createHash('sha256').update(SCRIPT).digest('base64');

/**
 * A page that asks for a bearer, reads /openapi.json with it and shows every route with a form to try it. The problems stand in it from
 * the start: their `type` leads there, also that of `unauthorized`.
 */
export function docsPage(): string {
  return PAGE;
}

function problemRows(): string {
  return Object.entries(PROBLEMS)
    .map(
      ([code, { status, title }]) =>
        `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${escapeHtml(title)}</td></tr>`,
    )
    .join('\n');
}

/** Only the page's own script runs, and it talks to this farm only. */
export const DOCS_SECURITY_POLICY = [
  "default-src 'none'",
  `script-src 'sha256-${SCRIPT_HASH}'`,
  "style-src 'unsafe-inline'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
