import { LOGIN_PATH, LOGOUT_PATH } from './paths.ts';
import { escapeHtml } from './small-page.ts';

/** Why somebody who tried is not in: a wrong bearer, a form that is not the last one, a session of no admin. */
export type LoginTrouble = 'wrong' | 'stale' | 'no_admin';

type Login = {
  csrf: string;
  /** The page that was asked for: a path of this farm. */
  to: string;
  trouble: LoginTrouble | null;
};

export function loginPage({ csrf, to, trouble }: Login): { title: string; body: string } {
  const words = isForAdmins(to) ? FOR_ADMINS : FOR_ALL;
  const alert = trouble === null ? '' : `<p role="alert">${words.troubles[trouble]}</p>`;
  const path = escapeHtml(to);
  return {
    title: 'Log in',
    body: `<p>${words.what} The bearer is asked for once and kept nowhere.</p>
    ${alert}
    <form method="post" action="${LOGIN_PATH}">
      <input type="hidden" name="csrf" value="${csrf}" />
      <input type="hidden" name="to" value="${path}" />
      <label>${words.bearer} <input type="password" name="bearer" autocomplete="current-password" required autofocus /></label>
      <button>Log in</button>
    </form>
    <p>A link of a mail comes without your log-in. If you are logged in: <a href="${path}">Go on</a></p>`,
  };
}

export function logoutPage({ csrf }: { csrf: string }): { title: string; body: string } {
  return {
    title: 'Log out',
    body: `<form method="post" action="${LOGOUT_PATH}">
      <input type="hidden" name="csrf" value="${csrf}" />
      <button>Log out</button>
    </form>`,
  };
}

/** Others would get nothing there but a refusal. */
export function isForAdmins(path: string): boolean {
  return path.startsWith('/admin/');
}

const STALE = 'This page was too old. Try again.';
const NO_ADMIN = 'You are logged in, but not as an admin.';

const FOR_ALL = {
  what: 'Jobs, findings and digests of this farm are for those who have a bearer.',
  bearer: 'Bearer',
  troubles: { wrong: 'This is not a valid bearer.', stale: STALE, no_admin: NO_ADMIN },
};

const FOR_ADMINS = {
  what: 'This page is for admins.',
  bearer: 'Admin bearer',
  troubles: { wrong: 'This is not the bearer of an admin.', stale: STALE, no_admin: NO_ADMIN },
};
