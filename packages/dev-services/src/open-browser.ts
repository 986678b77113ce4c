// A real browser of this machine, for tests of pages: looks, cookies and policies are what only a browser knows.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, type Browser } from 'puppeteer-core';
import { searchPath } from './config.ts';
import { findOnPath } from './find-on-path.ts';

export type OpenBrowser = AsyncDisposable & { browser: Browser };

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Undefined where the machine has no browser: tests about pages then do not exist, and the runner says so. */
export function findBrowser(path = searchPath()): Promise<string | undefined> {
  return findOnPath(NAMES, path);
}

/** Starts a browser without a window, with a profile of its own. */
export async function openBrowser(program: string): Promise<OpenBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'crafting-browser-'));
  const browser = await launch({
    executablePath: program,
    userDataDir: profile,
    // Its own sandbox needs rights that a root in a container does not have; it is shown our own pages only.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--no-proxy-server', '--disable-background-networking'],
  });
  return {
    browser,
    async [Symbol.asyncDispose]() {
      await browser.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 }); // Its children may be writing still.
    },
  };
}
