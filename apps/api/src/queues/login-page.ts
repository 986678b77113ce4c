// The two small pages in front of the queue dashboard. No script, nothing from elsewhere.

export const LOGIN_SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function loginPage({ csrf, isRefused }: { csrf: string; isRefused: boolean }): string {
  const refusal = isRefused ? '<p role="alert">This is not the bearer of an admin.</p>' : '';
  return page(
    'Log in',
    `<p>The queues of this farm are for admins. The bearer is asked for once and kept nowhere.</p>
    ${refusal}
    <form method="post" action="/admin/queues/login">
      <input type="hidden" name="csrf" value="${csrf}" />
      <label>Admin bearer <input type="password" name="bearer" autocomplete="current-password" required autofocus /></label>
      <button>Log in</button>
    </form>`,
  );
}

export function logoutPage({ csrf }: { csrf: string }): string {
  return page(
    'Log out',
    `<form method="post" action="/admin/queues/logout">
      <input type="hidden" name="csrf" value="${csrf}" />
      <button>Log out</button>
    </form>
    <p><a href="/admin/queues">Back to the queues</a></p>`,
  );
}

export function queueAwayPage(): string {
  return page(
    'The queue is away',
    `<p>Nothing is lost: what is queued stands in Postgres and is delivered once the queue is back. Load this page again then.</p>`,
  );
}

function page(title: string, body: string): string {
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
