// The links of a morning mail, clicked: what a browser gets that has no bearer to send, over HTTP and in a real one.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Job } from '@crafting-table/contracts/job';
import { ROUTES } from '@crafting-table/contracts/routes';
import { findBrowser, openBrowser } from '@crafting-table/dev-services/open-browser';
import type { Answer } from './ask.ts';
import { browse, cookiesOf, csrfOf, logIn as logInAt, openLoginForm, type Browsing } from './browse.ts';
import { ended, queueJob, register } from './farm-calls.ts';
import { BACKENDS, startFarm, type FarmUnderTest, type Member } from './farm-under-test.ts';
import { makeRepository, type Repository } from './git-fixture.ts';
import { until } from './until.ts';

const PAGE = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const program = await findBrowser();

let farm: FarmUnderTest;
let repository: Repository;
let ann: Member;
let bob: Member;
let job: string;
let links: { job: string; findings: string; digest: string };
beforeAll(async () => {
  repository = await makeRepository();
  const settings: Record<string, string> = { CRAFTING_TRUSTED_PROXIES: '127.0.0.1/32' };
  farm = await startFarm({ backend: BACKENDS[0]!, settings });
  settings['CRAFTING_PUBLIC_URL'] = farm.baseUrl; // The port was not known before; links of digests begin with it.
  await farm.restartApi();
  [ann, bob] = [await farm.mint('ann'), await farm.mint('bob')];
  await register(ann.client, 'attic', repository.url, { test: 'exit 3' });
  job = await queueJob(ann.client, 'attic');
  const date = await digestWith((await ended(ann.client, job)).job);
  links = {
    job: `/jobs/${job}`,
    findings: '/projects/attic/findings?severity=high&tool=ruff',
    digest: `/digests/${date}/attic.html`,
  };
});
afterAll(async () => {
  await farm[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
});
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(farm.logTails())));

describe('a link of the morning mail', () => {
  test('shows a browser a log-in page, not a bare 401', async () => {
    for (const path of Object.values(links)) {
      const page = await plain(path, PAGE);
      expect(page.status).toBe(401);
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.headers.get('www-authenticate')).toMatch(/^Bearer /);
      expect(page.headers.get('content-security-policy')).toMatch(
        /default-src 'none'.*frame-ancestors 'none'/,
      );
      expect(page.text).toContain(`<a href="${path.replace('&', '&amp;')}">Go on</a>`);
      expect(page.text).not.toMatch(/<script|https?:/);
    }
  });

  test('is for programs what it was: a problem that says how to get in', async () => {
    for (const accept of ['*/*', 'application/json', 'application/json, text/html']) {
      expect(await codeOf(plain(links.job, { accept }))).toBe('unauthorized');
    }
    const withBearer = { ...PAGE, authorization: 'Bearer craft_wrong' };
    expect(await codeOf(plain(links.job, withBearer))).toBe('unauthorized');
    expect(await codeOf(plain(`${links.job}/cancel`, PAGE, 'POST'))).toBe('unauthorized');
  });

  test('is shown after the log-in, which leads back to it', async () => {
    for (const path of Object.values(links)) {
      const done = await logIn(ann.bearer, path);
      expect([done.status, done.headers.get('location')]).toEqual([303, path]);
      const shown = await plain(path, { ...PAGE, cookie: cookiesOf(done) });
      expect([path, shown.status]).toEqual([path, 200]);
      expect(shown.headers.get('cache-control')).toBe('no-store');
      expect(shown.headers.get('cross-origin-resource-policy')).toBe('same-origin');
    }
  });
});

describe('the log-in page', () => {
  test('leads to no other site', async () => {
    for (const to of ['//evil.example', 'https://evil.example/', '/\\evil.example', '/.//evil.example', '']) {
      expect((await logIn(ann.bearer, to)).headers.get('location')).toBe('/jobs');
      expect((await plain(`/login?to=${encodeURIComponent(to)}`)).text).not.toContain('evil');
    }
    const page = await plain('//evil.example/x', PAGE);
    expect([page.status, page.text]).toEqual([401, expect.not.stringContaining('evil')]);
  });

  test('shows the page that was asked for as text only', async () => {
    const { text } = await plain(`/login?to=${encodeURIComponent(`/jobs?a="><script>alert(1)</script>`)}`);
    expect(text).not.toContain('<script');
  });

  test('takes no log-in from another site, and none without its own form', async () => {
    const { csrf, cookie } = await loginForm();
    const body = (token: string) =>
      new URLSearchParams({ csrf: token, bearer: ann.bearer, to: links.job }).toString();
    const evil = { cookie, origin: 'http://evil.example' };
    expect((await plain('/login', { ...FORM, ...evil }, 'POST', body(csrf))).status).toBe(403);
    for (const [token, cookies] of [
      ['other', cookie],
      [csrf, ''],
    ] as const) {
      const refused = await plain('/login', { ...FORM, cookie: cookies }, 'POST', body(token));
      expect([refused.status, refused.text]).toEqual([401, expect.stringContaining('too old')]);
      expect(cookiesOf(refused)).not.toContain('crafting_session');
    }
  });

  test('says that a bearer is wrong, and still leads to the page asked for', async () => {
    const refused = await logIn('craft_wrong', links.job);
    expect([refused.status, refused.text]).toEqual([401, expect.stringContaining('not a valid bearer')]);
    expect(refused.text).toContain(`name="to" value="${links.job}"`);
  });

  test('opened twice does not make its first form useless', async () => {
    const first = await plain(links.job, PAGE);
    const second = await plain(links.digest, { ...PAGE, cookie: cookiesOf(first) });
    expect(csrfOf(second)).toBe(csrfOf(first));
    expect(first.headers.getSetCookie()[0]).toMatch(/SameSite=Lax/i); // It comes along with a click in a webmail.
  });
});

describe('a session', () => {
  test('is a cookie that no script reads, that no other site sends, and that holds no bearer', async () => {
    const sessionOf = ({ headers }: Answer) =>
      headers.getSetCookie().find((each) => each.startsWith('crafting_session='));
    const session = sessionOf(await logIn(ann.bearer, links.job));
    expect(session).toMatch(/; Path=\/;/);
    expect(session).toMatch(/; HttpOnly/);
    expect(session).toMatch(/; SameSite=Strict/);
    expect(session).toMatch(/; Max-Age=28800/);
    expect(session).not.toMatch(/Secure/);
    expect(session).not.toContain(ann.bearer);
    const behindTls = { 'x-forwarded-proto': 'https' };
    expect(sessionOf(await logIn(ann.bearer, links.job, behindTls))).toMatch(/; Secure/);
  });

  test('reads as its token does, and sees nothing of others', async () => {
    const [anns, bobs, admins] = [await sessionOf(ann), await sessionOf(bob), await sessionOf(farm)];
    const statuses = async (path: string) =>
      Promise.all([anns, bobs, admins].map(async (cookie) => (await plain(path, { cookie })).status));
    for (const path of Object.values(links)) expect(await statuses(path)).toEqual([200, 404, 200]);
    expect(await statuses('/admin/audit')).toEqual([403, 403, 200]);
    expect(JSON.parse((await plain('/jobs', { cookie: bobs })).text).jobs).toEqual([]);
    expect((await plain(links.job, { cookie: anns }, 'HEAD')).status).toBe(200);
  });

  test('changes nothing, on whichever route', async () => {
    const cookie = await sessionOf(farm);
    for (const [name, { method, path }] of Object.entries(ROUTES)) {
      if (method === 'get') continue;
      const at = path.replace('{id}', job).replaceAll(/\{\w+\}/g, 'attic');
      const headers = { ...PAGE, cookie, origin: farm.baseUrl, 'content-type': 'application/json' };
      const answer = await plain(at, headers, method.toUpperCase(), '{}');
      expect([name, answer.status]).toEqual([name, 401]);
      expect(JSON.parse(answer.text).code).toBe('unauthorized');
    }
  });

  test('counts for nothing beside a bearer', async () => {
    const cookie = await sessionOf(farm);
    for (const authorization of ['Bearer craft_wrong', 'Basic YTpi', '']) {
      expect(await codeOf(plain('/jobs', { cookie, authorization }))).toBe('unauthorized');
    }
    const asBob = await plain(links.job, { cookie, authorization: `Bearer ${bob.bearer}` });
    expect(asBob.status).toBe(404);
  });

  test('ends when it is closed, when its token is revoked, and outside of the networks of its token', async () => {
    const body = { name: 'guest', ip_cidrs: ['10.1.0.0/16'] };
    const guest = await farm.client.call('mintToken', { body });
    const inside = { 'x-forwarded-for': '10.1.2.3' };
    const [one, other] = [await sessionOf(guest, inside), await sessionOf(guest, inside)];
    const isIn = async (cookie: string, from = inside) =>
      (await plain('/jobs', { cookie, ...from })).status === 200;
    expect([await isIn(one), await isIn(one, { 'x-forwarded-for': '10.2.2.3' })]).toEqual([true, false]);
    const csrf = csrfOf(await plain('/logout', { cookie: one }));
    const logOut = (token: string) =>
      plain('/logout', { cookie: one, ...FORM }, 'POST', `csrf=${encodeURIComponent(token)}`);
    expect((await logOut('x')).status).toBe(403);
    expect((await logOut(csrf)).status).toBe(303);
    expect([await isIn(one), await isIn(other)]).toEqual([false, true]);
    await farm.client.call('revokeToken', { params: { name: 'guest' } });
    expect(await isIn(other)).toBe(false);
  });
});

if (program !== undefined) {
  test('in a browser: a digest is opened from a mail, somebody logs in, and jobs are shown without another log-in', async () => {
    await using opened = await openBrowser(program);
    const page = await opened.browser.newPage();
    const text = () => page.$eval('body', (body) => body.innerText);
    const click = (selector: string) => Promise.all([page.waitForNavigation(), page.click(selector)]);
    /** A page of another site, as a webmail is. */
    const openMail = () =>
      page.goto(
        `data:text/html,<a id="digest" href="${farm.baseUrl}${links.digest}">d</a> <a id="job" href="${farm.baseUrl}${links.job}">j</a>`,
      );
    await openMail();
    await click('#digest');
    expect(await text()).toContain('Log in');
    await page.type('input[name=bearer]', ann.bearer);
    await click('button');
    expect(page.url()).toBe(farm.baseUrl + links.digest);
    expect(await text()).toContain('test fails with exit code 3');
    await click(`a[href$="${links.job}"]`); // The link of the digest page itself, which is sandboxed.
    expect(await text()).toContain('"exit_code":3');

    await openMail();
    await click('#job');
    expect(await text()).toContain('Log in'); // The cookie does not come along from another site.
    await click('a');
    expect(page.url()).toBe(farm.baseUrl + links.job);
    expect(await text()).toContain('"exit_code":3');
    await page.goto(farm.baseUrl + links.findings);
    expect(await text()).toContain('"findings":');
    expect(await page.evaluate('document.cookie')).toBe('');
  });
}

/** The day whose digest has the job: what ended a moment ago may be left to the next one. */
async function digestWith({ finished_at: finishedAt }: Job): Promise<string> {
  await until('the digest reaches to the end of the job', async () => {
    const dry = await farm.client.call('runDigest', { body: { project: 'attic', dry_run: true } });
    return dry.digests.some(({ to }) => to !== null && to > finishedAt!);
  });
  return (await farm.client.call('runDigest', { body: { project: 'attic' } })).date;
}

/** The code of a problem that says how to get in. */
async function codeOf(answer: Promise<Answer>): Promise<unknown> {
  const { status, headers, text } = await answer;
  expect([status, headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(/^Bearer /)]);
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  return JSON.parse(text).code;
}

function plain(...request: Browsing): Promise<Answer> {
  return browse(farm.baseUrl, ...request);
}

function loginForm() {
  return openLoginForm(farm.baseUrl);
}

function logIn(bearer: string, to: string, headers: Record<string, string> = {}): Promise<Answer> {
  return logInAt(farm.baseUrl, { bearer, to }, headers);
}

async function sessionOf(
  { bearer }: { bearer: string },
  headers: Record<string, string> = {},
): Promise<string> {
  return cookiesOf(await logIn(bearer, links.job, headers));
}
