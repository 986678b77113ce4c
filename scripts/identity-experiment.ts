// Do findings keep their identity over histories from elsewhere? The versions of a Go module are a history, and whatever
// proxy the `go` command knows has them. What it printed last is in docs/findings-identity.md.
//   node scripts/identity-experiment.ts go:<module path> c:<module path> …   the files of that language in each
//   node scripts/identity-experiment.ts                                      the history of this repository alone
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { sampleCommits } from '../packages/findings/src/stand-ins/identity/git-history.ts';
import { renderReplays } from '../packages/findings/src/stand-ins/identity/render-replays.ts';
import { replayHistory, type Replay } from '../packages/findings/src/stand-ins/identity/replay-history.ts';
import { writeHistory } from '../packages/findings/src/stand-ins/identity/write-history.ts';
import { ROOT } from './run-program.ts';

const LANGUAGES: Readonly<Record<string, RegExp>> = { go: /\.go$/, c: /\.[ch]$/, ts: /\.ts$/ };
const SAMPLES = 14;
const RELEASES_MAX = 28;
const NEWEST_MAX = 150;
/** A module of a hundred megabytes over a slow line. */
const DOWNLOAD_MS = 5 * 60_000;
const OUTPUT_BYTES_MAX = 64 * 1024 ** 2;

const folder = mkdtempSync(join(tmpdir(), 'crafting-identity-'));
try {
  const replays = new Map([['this repository', replayOwn()]]);
  for (const argument of process.argv.slice(2)) replays.set(...replayModule(argument));
  console.log(renderReplays(replays));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function replayOwn(): Replay {
  const commits = sampleCommits(ROOT, { newestMax: NEWEST_MAX, samples: SAMPLES });
  return replayHistory({ repository: ROOT, commits, isMeant: LANGUAGES['ts']! });
}

function replayModule(argument: string): [string, Replay] {
  const [language = '', path = ''] = argument.split(/:(.*)/s);
  const isMeant = LANGUAGES[language];
  if (isMeant === undefined || path === '')
    throw new Error(`${argument}: give it as go:<module> or c:<module>`);
  const repository = mkdtempSync(join(folder, 'module-'));
  const commits = writeHistory(repository, readVersions(path, isMeant));
  return [`${basename(path)} (${language})`, replayHistory({ repository, commits, isMeant })];
}

/** Releases, evenly apart. */
function* readVersions(path: string, isMeant: RegExp): Generator<Map<string, string>> {
  const listed: { Versions?: string[] } = askGo(['list', '-m', '-versions', '-json', path]);
  const releases = (listed.Versions ?? []).filter((version) => /^v\d+\.\d+\.\d+$/.test(version));
  const step = Math.ceil(releases.length / RELEASES_MAX);
  const sampled = releases.toReversed().filter((_, index) => index % step === 0);
  for (const version of sampled.toReversed()) {
    const { Dir } = askGo<{ Dir: string }>(['mod', 'download', '-json', `${path}@${version}`]);
    yield readFiles(Dir, isMeant);
  }
}

function readFiles(dir: string, isMeant: RegExp): Map<string, string> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => isMeant.test(name));
  return new Map(names.toSorted().map((name) => [name, readFileSync(join(dir, name), 'utf8')]));
}

/** Its own cache keeps what was downloaded. */
function askGo<Answer>(args: readonly string[]): Answer {
  const options = {
    cwd: folder,
    maxBuffer: OUTPUT_BYTES_MAX,
    timeout: DOWNLOAD_MS,
    encoding: 'utf8' as const,
  };
  return JSON.parse(execFileSync('go', args, options));
}
