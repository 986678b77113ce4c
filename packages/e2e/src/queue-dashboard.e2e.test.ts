// The queue dashboard over HTTP and in a real browser, on both backends.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findBrowser, openBrowser, type OpenBrowser } from '@crafting-table/dev-services/open-browser';
import { ask, type Answer } from './ask.ts';
import { browse, cookiesOf, logIn as logInAt, openLoginForm, type Browsing } from './browse.ts';

import { ended, queueJob, reaches, register } from './farm-calls.ts';
import { BACKENDS, startFarm, type FarmUnderTest } from './farm-under-test.ts';
import { makeRepository, type Repository } from './git-fixture.ts';
import { makeGate } from './make-gate.ts';
import { until } from './until.ts';

const PATH = '/admin/queues';
const program = await findBrowser();

let farm: FarmUnderTest;
let repository: Repository;
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(farm.logTails())));

describe.each(BACKENDS)('the queue dashboard on %s', (backend) => {
  beforeAll(() => open({ backend }));
  afterAll(close);

  test('shows browsers the log-in page and answers programs 401', async () => {
    const page = await plain(PATH, { accept: 'text/html' });
    expect([page.status, page.text]).toEqual([401, expect.stringContaining('Admin bearer')]);
    for (const path of ['', '/api/queues', '/static/favicon.ico', '/nowhere']) {
      expect((await plain(PATH + path)).status).toBe(401);
    }
  });

  test('lets an admin in by bearer, and nobody else', async () => {
    const member = await farm.mint(`member-${backend}`);
    expect((await ask(farm.baseUrl, `${PATH}/api/queues`, { bearer: member.bearer })).status).toBe(403);
    expect((await ask(farm.baseUrl, `${PATH}/api/queues`, { bearer: 'craft_wrong' })).status).toBe(401);
    expect((await logIn(member.bearer)).status).toBe(401);
    const admin = await logIn(farm.bearer);
    expect([admin.status, admin.headers.get('location')]).toEqual([303, PATH]);
  });

  test('is not for who logged in elsewhere without being an admin', async () => {
    const cookie = await sessionOf((await farm.mint(`reader-${backend}`)).bearer, '/jobs');
    const page = await plain(PATH, { cookie, accept: 'text/html' });
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('not as an admin')]);
    const api = await plain(`${PATH}/api/queues`, { cookie });
    expect([api.status, JSON.parse(api.text).code]).toEqual([403, 'admin_only']);
  });

  test('sets a cookie that no script reads, that no other site sends, and that holds no bearer', async () => {
    const session = (await logIn(farm.bearer)).headers
      .getSetCookie()
      .find((each) => each.startsWith('crafting_session='));
    expect(session).toMatch(/HttpOnly/i);
    expect(session).toMatch(/SameSite=Strict/i);
    expect(session).not.toContain(farm.bearer);
  });

  test('takes no log-in from another site, and none without its own form', async () => {
    const { csrf, cookie } = await loginForm();
    const form = (token: string) => new URLSearchParams({ csrf: token, bearer: farm.bearer }).toString();
    const post = (body: string, headers: Record<string, string>) =>
      plain('/login', { 'content-type': 'application/x-www-form-urlencoded', ...headers }, 'POST', body);
    expect((await post(form(csrf), { cookie, origin: 'http://evil.example' })).status).toBe(403);
    expect((await post(form('other'), { cookie })).status).toBe(401);
    expect((await post(form(csrf), {})).status).toBe(401);
    expect((await post(form(csrf), { cookie, origin: farm.baseUrl })).status).toBe(303);
  });

  test('only shows: nothing can be changed through it', async () => {
    for (const [method, path] of [
      ['PUT', '/api/queues/attempts/pause'],
      ['PUT', '/api/queues/pause'],
      ['PUT', '/api/queues/attempts/clean/wait'],
      ['POST', '/api/queues/attempts/add'],
      ['PUT', '/api/queues/attempts/obliterate'],
    ]) {
      const answer = await ask(farm.baseUrl, PATH + path, { method: method!, bearer: farm.bearer, body: {} });
      expect([path, answer.status]).toEqual([path, 405]);
    }
  });

  test('shows deliveries as ids only', async () => {
    await using gate = await makeGate();
    await register(farm.client, 'shown', repository.url, {
      test: `: hush-hush; ${gate.recipe}`,
      env: { SOME_TOKEN: 'hush-hush' },
    });
    const [running, waiting] = [await queueJob(farm.client, 'shown'), await queueJob(farm.client, 'shown')];
    await reaches(farm.client, running, 'running');
    const { text } = await ask(
      farm.baseUrl,
      `${PATH}/api/queues?activeQueue=attempts&status=latest&page=1&jobsPerPage=10`,
      farm,
    );
    const queue = JSON.parse(text).queues.find(({ name }: { name: string }) => name === 'attempts');
    expect(queue.counts).toMatchObject({ active: 1 });
    const payloads = queue.jobs.map(({ data }: { data: unknown }) => data);
    expect(payloads).toContainEqual({ job_id: running, attempt: 1 });
    expect(payloads).toContainEqual({ job_id: waiting, attempt: 1 });
    expect(text).not.toContain('hush-hush');
    expect(text).not.toContain('shown');
    gate.open();
  });

  test('ends a session when it is closed, and when its token is revoked', async () => {
    const { bearer } = await farm.client.call('mintToken', {
      body: { name: `operator-${backend}`, is_admin: true },
    });
    const [one, other] = [await sessionOf(bearer), await sessionOf(bearer)];
    const isIn = async (cookie: string) => (await plain(`${PATH}/api/queues`, { cookie })).status === 200;
    expect([await isIn(one), await isIn(other)]).toEqual([true, true]);
    expect((await plain(PATH, { cookie: one })).text).toContain('"url":"/logout"');
    const logOut = await plain('/logout', { cookie: one });
    const csrf = /name="csrf" value="([^"]+)"/.exec(logOut.text)![1]!;
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await plain('/logout', { cookie: one, ...type }, 'POST', 'csrf=x')).status).toBe(403);
    expect((await plain('/logout', { cookie: one, ...type }, 'POST', `csrf=${csrf}`)).status).toBe(303);
    expect([await isIn(one), await isIn(other)]).toEqual([false, true]);
    await farm.client.call('revokeToken', { params: { name: `operator-${backend}` } });
    expect(await isIn(other)).toBe(false);
  });

  if (program !== undefined) {
    test('is used in a browser: log in, look at the deliveries, log out', async () => {
      await using gate = await makeGate();
      await register(farm.client, 'seen', repository.url, { test: gate.recipe });
      const running = await queueJob(farm.client, 'seen');
      await reaches(farm.client, running, 'running');
      await queueJob(farm.client, 'seen');
      await using opened: OpenBrowser = await openBrowser(program);
      const page = await opened.browser.newPage();
      await page.setViewport({ width: 1280, height: 800 });
      const strangers: string[] = [];
      page.on('response', (response) => {
        if (!response.url().startsWith(farm.baseUrl) && !response.url().startsWith('data:'))
          strangers.push(response.url());
      });
      await page.goto(farm.baseUrl + PATH);
      await page.type('input[name=bearer]', 'craft_wrong');
      await Promise.all([page.waitForNavigation(), page.click('button')]);
      expect(await page.$eval('[role=alert]', (alert) => alert.textContent)).toContain(
        'not the bearer of an admin',
      );
      await page.type('input[name=bearer]', farm.bearer);
      await Promise.all([page.waitForNavigation(), page.click('button')]);
      await page.waitForFunction(`document.body.innerText.includes('attempts')`);
      expect(await page.evaluate('document.cookie')).not.toContain('crafting_session');
      await page.goto(`${farm.baseUrl}${PATH}/queue/attempts?status=active`);
      await page.waitForFunction(`document.body.innerText.includes('${running}')`);
      expect(await page.evaluate('document.body.innerText')).not.toContain('seen');
      expect(await page.$('main [aria-haspopup=menu]')).toBeNull(); // Pause, empty and the like.
      const picture = await page.screenshot();
      expect(picture.length).toBeGreaterThan(20_000); // An empty page is a tenth of this.
      await page.goto(`${farm.baseUrl}/logout`);
      await Promise.all([page.waitForNavigation(), page.click('button')]);
      expect(page.url()).toBe(`${farm.baseUrl}/login`);
      expect(strangers).toEqual([]);
      gate.open();
    });
  }
});

describe.each(BACKENDS)('the queue dashboard on %s with CRAFTING_QUEUES_WRITE', (backend) => {
  beforeAll(() => open({ backend, settings: { CRAFTING_QUEUES_WRITE: '1' } }));
  afterAll(close);

  test('changes queues for an admin, for a browser only with the proof that its own page asked, and the audit log says so', async () => {
    const cookie = await sessionOf(farm.bearer);
    const csrf = /XSRF-TOKEN=([^;]+)/.exec(cookie)![1]!;
    const path = `${PATH}/api/queues/attempts/pause`;
    expect((await plain(path, { cookie }, 'PUT')).status).toBe(403);
    expect((await plain(path, { cookie, 'x-xsrf-token': 'x' }, 'PUT')).status).toBe(403);
    const evil = { cookie, 'x-xsrf-token': csrf, origin: 'http://evil.example' };
    expect((await plain(path, evil, 'PUT')).status).toBe(403);
    expect((await plain(path, { cookie, 'x-xsrf-token': csrf }, 'PUT')).status).toBe(200);
    expect(
      (await ask(farm.baseUrl, path.replace('pause', 'resume'), { method: 'PUT', bearer: farm.bearer }))
        .status,
    ).toBe(200);
    const withBoth = { cookie, authorization: 'Bearer craft_wrong' };
    expect((await plain(path, withBoth, 'PUT')).status).toBe(401);
    const { entries } = await farm.client.call('listAudit', { query: { limit: 2 } });
    expect(entries).toMatchObject([
      { actor: 'admin', action: 'queues.change', subject: 'PUT /api/queues/attempts/resume' },
      { actor: 'admin', action: 'queues.change', subject: 'PUT /api/queues/attempts/pause' },
    ]);
  });

  if (program !== undefined) {
    test('is used in a browser: its own buttons carry the proof, and a paused queue is told wherever somebody looks', async () => {
      await using opened = await openBrowser(program);
      const page = await opened.browser.newPage();
      await page.goto(farm.baseUrl + PATH);
      await page.type('input[name=bearer]', farm.bearer);
      await Promise.all([page.waitForNavigation(), page.click('button')]);
      await page.waitForFunction(`document.body.innerText.includes('attempts')`);
      await page.goto(`${farm.baseUrl}${PATH}/queue/attempts`);
      await page.locator('main [aria-haspopup=menu]').click();
      await page.locator('[role=menuitem]::-p-text(Pause)').click();
      const [request] = await Promise.all([
        page.waitForRequest((each) => each.method() === 'PUT'),
        page.locator('button::-p-text(Confirm)').click(),
      ]);
      expect(request.headers()['x-xsrf-token']).toBeDefined();
      await until('the queue is paused', async () => {
        const { text } = await ask(farm.baseUrl, `${PATH}/api/queues`, farm);
        return JSON.parse(text).queues.some(({ isPaused }: { isPaused: boolean }) => isPaused);
      });
      await register(farm.client, 'stuck', repository.url, { test: 'true' });
      const id = await queueJob(farm.client, 'stuck');
      const { causes } = await farm.client.call('explainJob', { params: { id } });
      expect(causes.map(({ cause }) => cause)).toContain('queue_paused');
      expect((await farm.client.call('getHealth')).warnings.join()).toContain('The queue was paused');
      expect((await ask(farm.baseUrl, '/metrics')).text).toContain('\ncrafting_queue_paused 1\n');
      await page.locator('main [aria-haspopup=menu]').click();
      await page.locator('[role=menuitem]::-p-text(Resume)').click();
      await page.locator('button::-p-text(Confirm)').click();
      expect((await ended(farm.client, id)).job.status).toBe('passed');
    });
  }
});

async function open(options: Parameters<typeof startFarm>[0]): Promise<void> {
  repository = await makeRepository();
  farm = await startFarm({ ...options, settings: { CRAFTING_CONCURRENCY: '1', ...options.settings } });
}

async function close(): Promise<void> {
  await farm[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
}

function plain(...request: Browsing): Promise<Answer> {
  return browse(farm.baseUrl, ...request);
}

function loginForm() {
  return openLoginForm(farm.baseUrl);
}

function logIn(bearer: string, to = PATH): Promise<Answer> {
  return logInAt(farm.baseUrl, { bearer, to });
}

async function sessionOf(bearer: string, to = PATH): Promise<string> {
  return cookiesOf(await logIn(bearer, to));
}
