// The refs of a repository on this host, read from its files: what `git ls-remote` would print, without the two processes
// it takes. Whoever cannot be read so, with certainty, is answered null and asked through git.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A repository with more loose refs than this is better read by git. */
const LOOSE_REFS_MAX = 2000;

/** The listing in the form of `git ls-remote`, or null where only git can tell. */
export function listLocalRefs(repository: string): string | null {
  try {
    const gitDir = findGitDir(repository);
    return gitDir === null ? null : listRefs(gitDir);
  } catch {
    return null; // Not readable, or it changed while it was read.
  }
}

function findGitDir(repository: string): string | null {
  const inside = join(repository, '.git');
  const gitDir = existsSync(join(inside, 'HEAD')) ? inside : repository;
  const isPlain = existsSync(join(gitDir, 'HEAD')) && existsSync(join(gitDir, 'objects'));
  // A linked worktree keeps its refs elsewhere, and a reftable is a format of its own.
  const isOther = existsSync(join(gitDir, 'commondir')) || existsSync(join(gitDir, 'reftable'));
  return isPlain && !isOther ? gitDir : null;
}

function listRefs(gitDir: string): string | null {
  // Loose refs first: git moves them into packed-refs before it removes them, so none is missed in between.
  const loose = readLooseRefs(gitDir);
  if (loose === null) return null;
  const packed = readPackedRefs(gitDir);
  const refs = new Map([...packed.refs, ...loose]);
  const head = resolveHead(gitDir, refs);
  const lines = head === null ? [] : [`${head}\tHEAD`];
  for (const name of [...refs.keys()].toSorted(compareBytes)) {
    lines.push(`${refs.get(name)}\t${name}`);
    const peeled = loose.has(name) ? undefined : packed.peeled.get(name);
    if (peeled !== undefined) lines.push(`${peeled}\t${name}^{}`);
  }
  return lines.join('\n');
}

function readLooseRefs(gitDir: string): Map<string, string> | null {
  const refs = new Map<string, string>();
  const folders = ['refs'];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(join(gitDir, folder), { withFileTypes: true })) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) folders.push(name);
      else if (!entry.name.endsWith('.lock')) {
        const sha = readFileSync(join(gitDir, name), 'utf8').trim();
        // What a loose tag points at stands in its object, and a symbolic ref in another file.
        if (name.startsWith('refs/tags/') || !SHA.test(sha) || refs.size >= LOOSE_REFS_MAX) return null;
        refs.set(name, sha);
      }
    }
  }
  return refs;
}

function readPackedRefs(gitDir: string): { refs: Map<string, string>; peeled: Map<string, string> } {
  const refs = new Map<string, string>();
  const peeled = new Map<string, string>();
  const path = join(gitDir, 'packed-refs');
  let last = '';
  for (const line of existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []) {
    const ref = /^([0-9a-f]{40,64}) (.+)$/.exec(line);
    if (ref) refs.set((last = ref[2]!), ref[1]!);
    else if (line.startsWith('^')) peeled.set(last, line.slice(1));
  }
  return { refs, peeled };
}

function resolveHead(gitDir: string, refs: Map<string, string>): string | null {
  const head = readFileSync(join(gitDir, 'HEAD'), 'utf8').trim();
  if (SHA.test(head)) return head;
  return refs.get(head.replace(/^ref: /, '')) ?? null; // Nothing was committed to the branch yet.
}

const SHA = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
