// The one place where a git URL is taken apart. Whoever shows, stores or hands on a URL uses `display` or `plain`,
// so that a password in it can only be reached by asking for `credentials`.

const URL_LENGTH_MAX = 2048;

export type GitCredentials = { username: string; password: string };

export type GitUrl = {
  scheme: 'http' | 'https' | 'ssh' | 'file';
  /** With the port when one is given; empty for `file`. */
  host: string;
  /** For people: never holds a password. */
  display: string;
  /** What git is given: the same place, without credentials. The user of an ssh URL is part of the address. */
  plain: string;
  credentials: GitCredentials | null;
};

/**
 * Takes `http:`, `https:`, `ssh:` and `file:` URLs, absolute paths, and the scp-like `user@host:path`. Everything else is
 * refused with a sentence that does not repeat the text, because the text may hold a password.
 */
export function parseGitUrl(text: string): { url: GitUrl } | { refused: string } {
  if (text === '') return refuse('The git URL is empty.');
  if (text.length > URL_LENGTH_MAX) return refuse(`The git URL is longer than ${URL_LENGTH_MAX} characters.`);
  if (hasControlOrSpace(text)) return refuse('The git URL holds a space or a control character.');
  if (text.startsWith('-')) return refuse('The git URL starts with a dash.');
  // `ext::sh -c …` and its like make git start a program of the caller's choice.
  if (/^[a-z0-9+.-]+::/i.test(text)) return refuse('The git URL names a transport helper.');
  if (text.startsWith('/')) return fileUrl(`file://${encodeURI(text)}`);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'http' || scheme === 'https') return httpUrl(text, scheme);
  if (scheme === 'ssh') return sshUrl(text);
  if (scheme === 'file') return fileUrl(text);
  if (scheme !== undefined) return refuse('The scheme of the git URL is not http, https, ssh or file.');
  // `file:/srv/x` would otherwise be read as a path on a host of that name.
  if (/^(file|https?|ssh|git):/i.test(text)) return refuse('The git URL cannot be read.');
  return scpLikeUrl(text);
}

function httpUrl(text: string, scheme: 'http' | 'https'): { url: GitUrl } | { refused: string } {
  const parsed = parseUrl(text);
  if (parsed === null || parsed.hostname === '') return refuse('The git URL cannot be read.');
  if (parsed.hostname.startsWith('-')) return refuse('The host of the git URL starts with a dash.');
  const credentials = credentialsOf(parsed);
  if (credentials === 'unreadable') return refuse('The credentials in the git URL cannot be read.');
  parsed.username = '';
  parsed.password = '';
  parsed.hash = '';
  return { url: { scheme, host: parsed.host, display: parsed.href, plain: parsed.href, credentials } };
}

function sshUrl(text: string): { url: GitUrl } | { refused: string } {
  const match = /^ssh:\/\/(?:([^@/]*)@)?([^/]+)\/(.+)$/i.exec(text);
  if (match === null) return refuse('The git URL cannot be read.');
  const [, user, host = '', path] = match;
  const fault = faultOfSshAddress(user, host);
  if (fault !== null) return refuse(fault);
  const plain = `ssh://${user === undefined ? '' : `${user}@`}${host}/${path}`;
  return { url: { scheme: 'ssh', host, display: plain, plain, credentials: null } };
}

/** `user@host:path`, as ssh remotes are usually written. git reads it only while no slash stands before the colon. */
function scpLikeUrl(text: string): { url: GitUrl } | { refused: string } {
  const match = /^(?:([^@/]*)@)?(\[[^\]/]+\]|[^:/@]+):(.+)$/.exec(text);
  if (match === null) return refuse('The git URL has no scheme.');
  const [, user, host = '', path = ''] = match;
  const fault = faultOfSshAddress(user, host);
  if (fault !== null) return refuse(fault);
  if (path.startsWith('-')) return refuse('The path of the git URL starts with a dash.');
  return { url: { scheme: 'ssh', host, display: text, plain: text, credentials: null } };
}

function fileUrl(text: string): { url: GitUrl } | { refused: string } {
  const parsed = parseUrl(text);
  if (parsed === null || parsed.pathname === '/') return refuse('The git URL cannot be read.');
  // A `file:` URL with a host is a network share on some systems.
  if (parsed.host !== '') return refuse('A file URL must not name a host.');
  const plain = `file://${parsed.pathname}`;
  return { url: { scheme: 'file', host: '', display: plain, plain, credentials: null } };
}

function faultOfSshAddress(user: string | undefined, host: string): string | null {
  if (user?.includes(':')) return 'ssh takes no password from a URL.';
  if (user !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/.test(user)) {
    return 'The user of the git URL cannot be read.';
  }
  if (host.startsWith('-')) return 'The host of the git URL starts with a dash.';
  if (!/^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_][A-Za-z0-9_.-]*)(:\d{1,5})?$/.test(host)) {
    return 'The host of the git URL cannot be read.';
  }
  return null;
}

function credentialsOf(url: URL): GitCredentials | null | 'unreadable' {
  if (url.username === '' && url.password === '') return null;
  try {
    const username = decodeURIComponent(url.username);
    const password = decodeURIComponent(url.password);
    // git talks to its credential helpers in lines: a line feed would smuggle in a second answer.
    if (hasControl(username) || hasControl(password)) return 'unreadable';
    return { username, password };
  } catch {
    return 'unreadable'; // A stray percent sign.
  }
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function hasControlOrSpace(text: string): boolean {
  return /[\u0000-\u0020\u007f-\u00a0\u2028\u2029]/.test(text);
}

function hasControl(text: string): boolean {
  return /[\u0000-\u001f\u007f]/.test(text);
}

function refuse(refused: string): { refused: string } {
  return { refused };
}
