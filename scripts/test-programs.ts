// Programs that the farm does without and some of its tests do not. `.ci/test-programs` brings them on a Debian.
import { findBrowser } from '../packages/dev-services/src/open-browser.ts';
import { findInstalledPostgres } from '../packages/dev-services/src/installed-postgres.ts';
import { findPrometheus } from '../packages/dev-services/src/prometheus.ts';
import type { TestSet } from './run-tests.ts';

/** The sets with tests in them that look for the program and do not exist without it. */
const WANTED: { what: string; sets: TestSet[]; find: (path: string) => Promise<unknown>; how: string }[] = [
  {
    what: 'A BROWSER',
    sets: ['integration', 'e2e'],
    find: findBrowser,
    how: 'no chromium or google-chrome on the PATH',
  },
  {
    what: 'PROMETHEUS',
    sets: ['integration', 'e2e'],
    find: findPrometheus,
    how: 'no promtool and prometheus on the PATH',
  },
  {
    what: 'PG_DUMP',
    sets: ['e2e'],
    find: findInstalledPostgres,
    how: 'no postgres with pg_dump below /usr/lib/postgresql',
  },
];

/** A line for each program that tests of these sets wanted and did not find. */
export async function missingPrograms(sets: readonly TestSet[], path: string): Promise<string[]> {
  const lines: string[] = [];
  for (const { what, sets: used, find, how } of WANTED) {
    if (!used.some((set) => sets.includes(set)) || (await find(path)) !== undefined) continue;
    lines.push(
      `!! SUITES THAT NEED ${what} DID NOT RUN: ${how}. As root on a Debian, .ci/test-programs brings it.`,
    );
  }
  return lines;
}
