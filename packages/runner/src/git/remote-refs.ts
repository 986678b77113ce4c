// What a remote says it has, and how a name finds its commit in that.

export type RemoteRefs = {
  /** Full name (`refs/heads/main`, `HEAD`) → the commit, with annotated tags followed to what they point at. */
  commits: ReadonlyMap<string, string>;
  /** Equal exactly when branches and tags are the same. */
  fingerprint: string;
};

/** Reads `git ls-remote`: a line is `<sha> TAB <name>`, and `<name>^{}` is what the annotated tag above it points at. */
export function parseRemoteRefs(listing: string, fingerprintOf: (text: string) => string): RemoteRefs {
  const commits = new Map<string, string>();
  const mirrored: string[] = [];
  for (const line of listing.split('\n')) {
    const match = /^([0-9a-f]{40,64})\t(.+)$/.exec(line);
    if (match === null) continue; // Only the empty last line, and words of a proxy that are no refs.
    const [, sha = '', name = ''] = match;
    commits.set(name.replace(/\^\{\}$/, ''), sha);
    if (/^refs\/(heads|tags)\//.test(name)) mirrored.push(line);
  }
  return { commits, fingerprint: fingerprintOf(mirrored.join('\n')) };
}

/** A branch wins over a tag of the same name, and both over a name that is written out in full. */
export function findRef(refs: RemoteRefs, ref: string): string | null {
  for (const name of [`refs/heads/${ref}`, `refs/tags/${ref}`, ref]) {
    const sha = refs.commits.get(name);
    if (sha !== undefined) return sha;
  }
  return null;
}

const REF_LENGTH_MAX = 255;

/** What git could read as an option, a range or a pattern is not the name of a branch or tag. */
export function isRefName(ref: string): boolean {
  return (
    ref.length > 0 &&
    ref.length <= REF_LENGTH_MAX &&
    !ref.startsWith('-') &&
    !ref.includes('..') &&
    !/[\u0000-\u0020\u007f~^:?*[\\]/.test(ref)
  );
}

export function isSha(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** git itself takes no fewer than four digits. */
export function isAbbreviatedSha(text: string): boolean {
  return /^[0-9a-f]{4,63}$/.test(text);
}
