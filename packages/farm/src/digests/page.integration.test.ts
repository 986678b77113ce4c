// The mail as people see it: sent, taken from a real mail server, and opened in a real browser, on a phone and on a desk, by day
// and by night. Exists where there is a browser.
import { findBrowser, openBrowser } from '@crafting-table/dev-services/open-browser';
import { describe, expect, test } from 'vitest';
import { composeDigest } from './compose-digest.ts';
import { openRelay } from './relay.ts';
import { mailOf } from './send-mails.ts';
import { EVENTFUL, finding, HEAD, PUBLIC_URL } from './stand-ins/digest-facts.ts';
import { startMailServer } from './stand-ins/mail-server.ts';
import { takenMail } from './stand-ins/taken-mail.ts';
import { TREND_SIZE } from './trend-picture.ts';

const program = await findBrowser();
const unbroken = finding({ message: 'x'.repeat(180), path: `src/${'deep/'.repeat(40)}file.c` });
const digest = composeDigest(HEAD, { ...EVENTFUL, findings: [...EVENTFUL.findings, unbroken] });

describe.runIf(program)('a page', () => {
  test.each([
    { what: 'a phone', width: 360, scheme: 'light' },
    { what: 'a phone at night', width: 360, scheme: 'dark' },
    { what: 'a desk', width: 1280, scheme: 'light' },
    { what: 'a desk at night', width: 1280, scheme: 'dark' },
  ])('fits $what, shows its picture, and can be read', async ({ width, scheme }) => {
    await using opened = await openBrowser(program!); // The suite exists where there is one.
    const page = await opened.browser.newPage();
    await page.setViewport({ width, height: 800 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.setContent(await deliver());
    const seen = (await page.evaluate(LOOK)) as Seen; // What the text below gives back.
    expect(seen.pageWidth).toBeLessThanOrEqual(width);
    expect(seen.picture).toEqual({
      ...TREND_SIZE,
      alt: 'Open findings in the last 4 digests: 64, 66, 70, today 64',
    });
    expect(seen.headings).toEqual([
      'New since yesterday (3)',
      'Fixed (1)',
      'Still open (61)',
      'Flaky (1)',
      'Not checked (2)',
      'Lost, timed out or killed (1)',
    ]);
    expect(seen.contrasts.length).toBeGreaterThan(20);
    expect(Math.min(...seen.contrasts)).toBeGreaterThan(4.5); // WCAG 2.2, 1.4.3.
    const shot = await (await page.$('img'))!.screenshot({ encoding: 'base64' });
    expect(await page.evaluate(`(${COUNT_BAR})(${JSON.stringify(shot)})`)).toBeGreaterThan(100);
  });
});

/** The page in the mail that arrived, with its picture in it. */
async function deliver(): Promise<string> {
  await using server = await startMailServer();
  await using relay = openRelay(server.settings);
  await relay.send(mailOf(takenMail(digest), PUBLIC_URL));
  const { html } = server.received[0]!.mail; // The one that was sent.
  if (!html) throw new Error('the mail has no page');
  return html;
}

type Seen = {
  pageWidth: number;
  picture: { width: number; height: number; alt: string };
  headings: string[];
  contrasts: number[];
};

/** Run by the browser. The contrast of each text is that with the ground that it stands on. */
const LOOK = `(() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = numbers(colour).slice(0, 3).map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((numbers(colour)[3] ?? 1) === 1) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const texts = [...document.querySelectorAll('td, div, a, strong, h1, h2, span')].filter((each) =>
    [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''));
  const image = document.querySelector('img');
  return {
    pageWidth: document.documentElement.scrollWidth,
    picture: { width: image.naturalWidth, height: image.naturalHeight, alt: image.alt },
    headings: [...document.querySelectorAll('h2')].map((each) => each.textContent),
    contrasts: texts.map((each) => {
      const pair = [light(getComputedStyle(each).color), light(ground(each))].sort((a, b) => b - a);
      return (pair[0] + 0.05) / (pair[1] + 0.05);
    }),
  };
})()`;

/** Run by the browser: how many points of a screenshot have the colour of today's bar. */
const COUNT_BAR = `async (shot) => {
  const image = new Image();
  image.src = 'data:image/png;base64,' + shot;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let points = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] === 0xe0 && data[at + 1] === 0x8a && data[at + 2] === 0x1e) points += 1;
  }
  return points;
}`;
