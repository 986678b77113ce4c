// Finds the commands of a Dockerfile that would bring something nobody pinned. Whatever downloads is loose, unless it is
// written in one of the forms that are known to be held to a checksum.
import type { Dockerfile } from './dockerfile.ts';

/** Exactly as they are written; what each is held by stands beside it. */
const PINNED: RegExp[] = [
  // Debian's archive keys. A name may have no version: Debian's security updates are wanted.
  /apt-get update(?= )/,
  /apt-get install --yes --no-install-recommends(?: [a-z\d][a-z\d.+-]*)+/,
  // The checksum that stands in the line.
  /fetch "https:\/\/[^\s"]+" [\w./-]+ sha(?:256|512)sum "\$\{\w+_SHA(?:256|512)\}"/,
  // Lock files with checksums, none of which the command may write.
  /npm ci (?:--omit=dev )?--ignore-scripts --no-audit --no-fund/,
  /pnpm install --prod --frozen-lockfile --ignore-scripts --filter '@crafting-table\/\w+\.\.\.'/,
  /pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes --requirement requirements\.txt/,
  /GOFLAGS=-mod=readonly CGO_ENABLED=0 && install --directory \S+ +&& go build -trimpath/,
  /cargo install --locked --root \S+ --path "[\w-]+\$\{\w+\}"/,
  // Nothing but the file that was fetched.
  /gem install --local --ignore-dependencies --no-document --install-dir \S+ --bindir \S+ [\w-]+\.gem/,
  // The words of a loop are names of tools, not calls.
  /for tool in [\w* -]+; do/,
];

/** `fetch` itself, which is written by the file: the one place where curl may be called. */
const FETCH_IS_MADE = `'curl --fail --silent --show-error --location --retry 3 --proto "=https" --output "$2" "$1"'`;

const PROGRAMS = `
  curl wget aria2c git svn hg rsync scp ftp fetch apt apt-get nix nix-(?:env|shell|build|channel) docker brew
  npm npx pnpm pnpx yarn bun bunx deno corepack pip3? pipx uvx? conda gem bundler? go cargo rustup(?:-init)?
  composer pecl mvn gradle dotnet nuget swift
`;

/** What brings something from elsewhere, where it stands as a call and not as the name of a folder; and every address. */
const DOWNLOADERS = new RegExp(
  `(?<![\\w./@-])(?:\\S*/bin/)?(?:${PROGRAMS.trim().split(/\s+/).join('|')}|python3? -m (?!venv )\\S+)(?= [^/&|;>])|https?://`,
  'g',
);

/** What is left of each RUN, as text, where a downloader is called without being held to anything. */
export function looseDownloads(file: Dockerfile): string[] {
  return runs(file).flatMap((text) => {
    const rest = PINNED.reduce(
      (left, form) => left.replaceAll(new RegExp(form, 'g'), ' '),
      text.replace(FETCH_IS_MADE, ' '),
    );
    return [...rest.matchAll(DOWNLOADERS)].map(({ index }) => rest.slice(index, index + 80));
  });
}

/** By what each call of `fetch` is checked, and the name of the checksum. */
export function fetches(file: Dockerfile): { means: string; checksum: string }[] {
  return runs(file).flatMap((text) =>
    [...text.matchAll(/\bfetch "https:[^"]+" \S+ (sha\d+)sum "\$\{(\w+)\}"/g)].map(
      ([, means = '', checksum = '']) => ({ means, checksum }),
    ),
  );
}

function runs(file: Dockerfile): string[] {
  return file.stages.flatMap(({ instructions }) =>
    instructions.filter(({ keyword }) => keyword === 'RUN').map(({ text }) => text.replaceAll(/\s+/g, ' ')),
  );
}
