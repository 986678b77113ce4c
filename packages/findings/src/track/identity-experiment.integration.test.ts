// Do findings keep their identity over a real history, and over histories of every kind of edit? The same experiment on
// histories from elsewhere: `node scripts/identity-experiment.ts`; what it says is in docs/findings-identity.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareCommits, readFilesAt, runGit, sampleCommits } from '../stand-ins/identity/git-history.ts';
import { growHistory } from '../stand-ins/identity/grow-history.ts';
import type { Language } from '../stand-ins/identity/grow-sources.ts';
import { replayHistory, type Replay } from '../stand-ins/identity/replay-history.ts';

const REPOSITORY = join(import.meta.dirname, '../../../..');
/** With fewer the experiment says nothing: a shallow clone has one. */
const COMMITS_MIN = 8;
const PERSISTING_MIN = 5_000;
const SHIFTED_MIN = 500;

const folder = mkdtempSync(join(tmpdir(), 'crafting-identity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function expectIdentity(replay: Replay): void {
  const percent = (count: number, of = replay.persisting) => (100 * count) / of;
  const { missedBy, persisting, renamed } = replay;
  const shares = {
    'by tiers and renames': percent(replay.falseNew),
    'by name alone, renames apart': percent(missedBy.fingerprint.apartFromRenames, persisting - renamed),
    'by line': percent(missedBy.line.all),
  };
  expect(shares['by tiers and renames']).toBeLessThan(0.1);
  expect(shares['by name alone, renames apart']).toBeLessThan(0.2);
  // Where that is not so, no line has moved and nothing was tried.
  expect(shares['by line']).toBeGreaterThan(1);
  expect(replay.editedMatched).toBeGreaterThan(0);
}

describe('the history of this repository', () => {
  const commits = sampleCommits(REPOSITORY, { newestMax: 150, samples: 14 });
  const isShallow = runGit(REPOSITORY, ['rev-parse', '--is-shallow-repository']).toString().trim() === 'true';

  it('is long enough for the experiment', () => {
    const have = `${commits.length} commits to compare${isShallow ? ': this clone is shallow, fetch its history' : ''}`;
    const isEnough = commits.length >= COMMITS_MIN;
    expect({ isEnough, have }).toEqual({ isEnough: true, have });
  });

  it('leaves findings on unchanged lines what they were', () => {
    const replay = replayHistory({ repository: REPOSITORY, commits, isMeant: /\.ts$/ });
    expect(replay.persisting).toBeGreaterThan(PERSISTING_MIN);
    expect(replay.shifted).toBeGreaterThan(SHIFTED_MIN);
    expectIdentity(replay);
  });
});

describe.each<Language>(['c', 'go'])(
  'a history of moves, copies, renames and new formats in %s',
  (language) => {
    const repository = mkdtempSync(join(folder, `${language}-`));
    const isMeant = /\.(?:c|go)$/;
    let commits: string[];
    beforeAll(() => {
      commits = growHistory(repository, { language, seed: 7, commits: 10, editsEach: 25 });
    });

    it('leaves findings on lines that differ in white space at most what they were', () => {
      const replay = replayHistory({ repository, commits, isMeant, ignoresSpace: true });
      expect(replay.persisting).toBeGreaterThan(PERSISTING_MIN);
      expect(replay.shifted).toBeGreaterThan(SHIFTED_MIN);
      expect(replay.renamed).toBeGreaterThan(0);
      expectIdentity(replay);
    });

    it('is compared rightly: a line that git calls unchanged reads the same in both commits', () => {
      const [from = '', to = ''] = commits;
      const [before, after] = [from, to].map((sha) => readFilesAt(repository, sha, isMeant));
      const { placeAfter } = compareCommits(repository, [from, to]);
      const pairs = [...before!].flatMap(([path, lines]) =>
        lines.slice(0, -1).flatMap((text, index) => {
          const place = placeAfter({ path, line: index + 1 });
          return place === null ? [] : [{ was: text, is: after!.get(place.path)?.[place.line - 1] }];
        }),
      );
      expect(pairs.length).toBeGreaterThan(1_000);
      expect(pairs.filter(({ was, is }) => was !== is)).toEqual([]);
    });
  },
);
