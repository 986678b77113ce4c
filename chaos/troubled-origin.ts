// A bare repository that people push to: forwards, by force, branches that come and go; and its own garbage collection.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeRepository } from '@crafting-table/e2e/git-fixture';
import { temporaryFolder } from '@crafting-table/e2e/temporary-folder';

export type Pushed = {
  sha: string;
  /** SHA-256 in hex of what `TREE_HASH_RECIPE` prints in a checkout of this commit. */
  treeHash: string;
  /** Its place in the order of all commits. */
  number: number;
};

export type TroubledOrigin = AsyncDisposable & {
  /** A file: URL. */
  url: string;
  /** One more commit on `main`; by force, in place of the newest ones. The commit stays obtainable by its id until forgotten. */
  push(how: 'forwards' | 'by force'): Pushed;
  /** A branch of its own for one commit, whose name is gone again at the next call. */
  pushBranch(): Pushed;
  /** Commits before this number go with the next collection unless `main` reaches them. */
  forgetBefore(number: number): void;
  /** `git gc --prune=now`: nothing that no ref reaches survives it. */
  collect(): void;
  /** All that `main` ever pointed at, in order. */
  mains: readonly Pushed[];
  counts: { pushes: number; forced: number; deleted: number; collections: number };
};

/** Prints one word that differs as soon as a path or a byte of the working tree differs. git has no part in it. */
export const TREE_HASH_RECIPE =
  'find . -name .git -prune -o -type f -print | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c 1-64';

/** Files with bytes of their own in each commit, so that what is left behind on a disk is seen. */
const DATA_FILES = 20;
const DATA_CHARS = 8_000;
/** Commits that a forced push throws away at most. */
const DROPPED_MAX = 3;

type Files = Record<string, string>;

export async function makeTroubledOrigin(random: () => number): Promise<TroubledOrigin> {
  await using made = new AsyncDisposableStack();
  const bare = made.use(await temporaryFolder('origin'));
  const author = made.use(await makeRepository());
  author.git('init', '--quiet', '--bare', '--initial-branch=main', bare.path);
  /** What `main` consists of, oldest first. */
  const main: Files[] = [{ 'README.md': readFileSync(join(author.folder, 'README.md'), 'utf8') }];
  const mains: Pushed[] = [];
  const keptNumbers: number[] = [];
  const counts = { pushes: 0, forced: 0, deleted: 0, collections: 0 };
  let nextNumber = 0;
  let branch: string | null = null;

  const commit = (before: Files): { pushed: Pushed; files: Files } => {
    const number = nextNumber++;
    const changed = {
      number: `${number}\n`,
      'src/number': `${number}\n`,
      [`data/${number % DATA_FILES}`]: noise(random),
    };
    const files = { ...before, ...changed };
    const sha = author.commit(changed);
    keptNumbers.push(number);
    return { pushed: { sha, number, treeHash: hashTree(files) }, files };
  };
  const push = (...refspecs: string[]) => {
    author.git('push', '--quiet', '--force', bare.path, ...refspecs);
    counts.pushes += 1;
  };
  const pushMain = () => {
    const { pushed, files } = commit(main.at(-1)!); // The first commit is never dropped.
    main.push(files);
    push('HEAD:refs/heads/main', `HEAD:${keepRef(pushed.number)}`);
    mains.push(pushed);
    return pushed;
  };
  pushMain();

  const stop = made.move();
  return {
    url: pathToFileURL(bare.path).href,
    mains,
    counts,
    push(how) {
      if (how === 'by force') {
        const dropped = Math.min(main.length - 1, 1 + Math.floor(random() * DROPPED_MAX));
        author.git('reset', '--quiet', '--hard', `HEAD~${dropped}`);
        main.length -= dropped;
        counts.forced += 1;
      }
      return pushMain();
    },
    pushBranch() {
      const { pushed } = commit(main.at(-1)!);
      author.git('reset', '--quiet', '--hard', 'HEAD~1');
      const deletion = branch === null ? [] : [`:refs/heads/${branch}`];
      counts.deleted += deletion.length;
      branch = `topic-${pushed.number}`;
      push(`${pushed.sha}:refs/heads/${branch}`, `${pushed.sha}:${keepRef(pushed.number)}`, ...deletion);
      return pushed;
    },
    forgetBefore(number) {
      const kept = keptNumbers.findIndex((each) => each >= number);
      const forgotten = keptNumbers.splice(0, kept === -1 ? keptNumbers.length : kept);
      if (forgotten.length > 0) push(...forgotten.map((each) => `:${keepRef(each)}`));
    },
    collect() {
      author.git('--git-dir', bare.path, 'gc', '--quiet', '--prune=now');
      counts.collections += 1;
    },
    [Symbol.asyncDispose]: () => stop.disposeAsync(),
  };
}

/** As forges keep what a pull request once was: no branch, no tag, but a commit that can be asked for. */
function keepRef(number: number): string {
  return `refs/keep/${number}`;
}

/** Text that hardly compresses. */
function noise(random: () => number): string {
  const seed = String(random());
  let text = '';
  while (text.length < DATA_CHARS) text += `${sha256(`${seed} ${text.length}`)}\n`;
  return text;
}

function hashTree(files: Files): string {
  const paths = Object.keys(files).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return sha256(paths.map((path) => `${sha256(files[path]!)}  ./${path}\n`).join(''));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
