import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const PAGE = readFileSync(new URL('page.html', import.meta.url), 'utf8');
const SCRIPT = /<script>([\s\S]*?)<\/script>/.exec(PAGE)?.[1] ?? '';
const SCRIPT_HASH = createHash('sha256').update(SCRIPT).digest('base64');

/** A page that asks for a bearer, reads /openapi.json with it and shows every route with a form to try it. */
export function docsPage(): string {
  return PAGE;
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
