// What a browser does by itself: it keeps cookies, and sends forms that it was given.
import { ask, type Answer } from './ask.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

export type Browsing = [path: string, headers?: Record<string, string>, method?: string, body?: string];

/** Follows no redirect, so that each answer can be looked at. */
export function browse(
  baseUrl: string,
  ...[path, headers = {}, method = 'GET', body]: Browsing
): Promise<Answer> {
  return ask(baseUrl, path, { method, headers, redirect: 'manual', ...(body !== undefined && { body }) });
}

export async function openLoginForm(baseUrl: string): Promise<{ csrf: string; cookie: string }> {
  const page = await browse(baseUrl, '/login');
  return { csrf: csrfOf(page), cookie: cookiesOf(page) };
}

export async function logIn(
  baseUrl: string,
  { bearer, to }: { bearer: string; to: string },
  headers: Record<string, string> = {},
): Promise<Answer> {
  const { csrf, cookie } = await openLoginForm(baseUrl);
  const body = new URLSearchParams({ csrf, bearer, to }).toString();
  return browse(baseUrl, '/login', { ...FORM, ...headers, cookie }, 'POST', body);
}

export function csrfOf({ text }: Answer): string {
  return /name="csrf" value="([^"]+)"/.exec(text)![1]!; // Each form has one.
}

/** As the browser sends them back. */
export function cookiesOf({ headers }: Answer): string {
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0]!)
    .join('; ');
}
