// Paths come from untrusted output and are later opened: only what lies below the worktree gets a `path`.
import { PATH_CACHE_MAX, PATH_CHARS_MAX } from './limits.ts';
import type { ParseContext } from './tool.ts';

export type ResolvedPath = {
  /** Relative to the repository, POSIX, without `.` and `..`; absent when outside or refused. */
  path?: string;
  /** The worktree has this file. */
  known: boolean;
};

export type PathResolver = (raw: string) => ResolvedPath;

/** Resolves a path as a tool printed it. Tools run in the subproject, so that is tried before the root. */
export function createPathResolver(context: ParseContext): PathResolver {
  const cache = new Map<string, ResolvedPath>();
  return (raw) => {
    const cached = cache.get(raw);
    if (cached !== undefined) return cached;
    const resolved = resolvePath(raw, context);
    if (cache.size >= PATH_CACHE_MAX) cache.clear();
    cache.set(raw, resolved);
    return resolved;
  };
}

function resolvePath(raw: string, context: ParseContext): ResolvedPath {
  const outside = { known: false };
  if (raw.length > PATH_CHARS_MAX || /[\x00-\x1f\x7f]/.test(raw)) return outside;
  const written = stripFileScheme(raw);
  if (written === undefined) return outside;
  if (isAbsolute(written)) {
    const below = relativeTo(context.workspaceRoot, written);
    return below === undefined ? outside : { path: below, known: context.knownFile(below) };
  }
  // Windows separators are turned round: a file of that name with backslashes in it is not worth a way around the checks.
  const relative = written.replaceAll('\\', '/');
  const candidates = [joinInside(context.subproject, relative), joinInside('', relative)];
  const inside = candidates.filter((candidate) => candidate !== undefined);
  const path = inside.find((candidate) => context.knownFile(candidate));
  if (path !== undefined) return { path, known: true };
  return inside[0] === undefined ? outside : { path: inside[0], known: false };
}

/** `file:///a/b` → `/a/b`. Undefined for other schemes and for files of another host. */
function stripFileScheme(raw: string): string | undefined {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]{1,20}):\/{1,3}/.exec(raw);
  if (scheme === null) return raw;
  const local = /^file:(?:\/\/(?:localhost)?)?(\/.*)$/i.exec(raw)?.[1];
  if (local === undefined) return undefined;
  const decoded = decodePercent(local);
  return /^\/[A-Za-z]:[\\/]/.test(decoded) ? decoded.slice(1) : decoded;
}

/** Percent-decoding that leaves alone what is not a valid escape. */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A stray % is part of the name.
  }
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || path.startsWith('\\') || /^[A-Za-z]:[\\/]/.test(path);
}

function relativeTo(root: string, path: string): string | undefined {
  const rootParts = normalParts(root.replaceAll('\\', '/'));
  const parts = normalParts(path.replaceAll('\\', '/'));
  if (rootParts === undefined || parts === undefined || parts.length <= rootParts.length) return undefined;
  const isBelow = rootParts.every((part, index) => part === parts[index]);
  return isBelow ? parts.slice(rootParts.length).join('/') : undefined;
}

function joinInside(folder: string, path: string): string | undefined {
  const parts = normalParts(`${folder}/${path}`);
  return parts === undefined || parts.length === 0 ? undefined : parts.join('/');
}

/** Undefined when `..` climbs above the start. */
function normalParts(path: string): string[] | undefined {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts;
}
