// The look of the farm's few small pages. No script, nothing from elsewhere.
import type { Response } from 'express';

const SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `body` is HTML. */
export function sendSmallPage(
  response: Response,
  status: number,
  { title, body }: { title: string; body: string },
): void {
  response.set({
    'Content-Security-Policy': SECURITY_POLICY,
    'Cache-Control': 'no-store',
    // Under `no-referrer` browsers hide even from this farm that a form came from it.
    'Referrer-Policy': 'same-origin',
  });
  response.status(status).type('html').send(smallPage(title, body));
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function smallPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>crafting-table · ${title}</title>
    <style>
      :root { color-scheme: light dark; --line: light-dark(#ddd, #444); --hue: light-dark(#0b5d4e, #6fd3bd); }
      body { font: 15px/1.5 system-ui, sans-serif; margin: 12vh auto; max-width: 24rem; padding: 0 1rem; }
      h1 { font-size: 1.4rem; }
      label { display: block; }
      a { color: var(--hue); }
      input:not([type='hidden']) { font: inherit; box-sizing: border-box; width: 100%; margin: 0.3rem 0 0.8rem; padding: 0.45rem 0.6rem;
        border: 1px solid var(--line); border-radius: 6px; background: transparent; color: inherit; }
      button { font: inherit; padding: 0.45rem 1.2rem; border: 0; border-radius: 6px; background: var(--hue); color: light-dark(#fff, #000); }
      p[role='alert'] { color: light-dark(#a1260d, #ff9d8a); }
    </style>
  </head>
  <body>
    <h1>crafting-table · ${title}</h1>
    ${body}
  </body>
</html>
`;
}
