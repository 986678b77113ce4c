// What git may answer instead of doing what it was asked, in the farm's words. git has no error codes: its exit code is
// 128 for nearly everything, so the sentences are read (in English, because LC_ALL=C is set), from git 2.39 to 2.51.

export const GIT_FAILURES = [
  'ref_missing',
  'commit_missing',
  'unreachable',
  'auth',
  'timeout',
  'disk_full',
  'not_a_repository',
  'refused',
  'corrupt',
  'locked',
  'other',
] as const;

/** `message` is one line for people, without credentials and without paths of this host. */
export type GitFailure = { kind: (typeof GIT_FAILURES)[number]; message: string };
export type Failed = { failure: GitFailure };

export function failed(kind: GitFailure['kind'], message: string): Failed {
  return { failure: { kind, message } };
}

const MESSAGE_LENGTH_MAX = 300;

/** The first row that fits wins: a full disk also reads as a corrupt pack, a refused login also as unreachable. */
const ROWS: { kind: GitFailure['kind']; sentence: string; says: RegExp }[] = [
  {
    kind: 'disk_full',
    sentence: 'The disk is full',
    says: /No space left on device|Disk quota exceeded/i,
  },
  {
    kind: 'locked',
    sentence: 'Another git left a lock file in the mirror',
    says: /\.lock': File exists|Unable to create '[^']*\.lock'|cannot lock ref/i,
  },
  {
    kind: 'auth',
    sentence: 'The remote refused the credentials, or wants some',
    says: /Authentication failed|could not read (Username|Password)|Permission denied \(|error: 40[13]\b|Host key verification failed/i,
  },
  {
    kind: 'refused',
    sentence: 'This kind of remote is not allowed here',
    says: /transport '[^']*' not allowed|is not a valid remote helper|remote helper|strange (hostname|pathname)/i,
  },
  {
    kind: 'ref_missing',
    sentence: 'The remote has no such branch or tag',
    says: /couldn't find remote ref|could not find remote ref/i,
  },
  {
    kind: 'commit_missing',
    sentence: 'The remote has no such commit',
    says: /not our ref|unadvertised object/i,
  },
  {
    kind: 'not_a_repository',
    sentence: 'There is no git repository at this address',
    says: /repository '[^']*' not found|does not appear to be a git repository|Repository not found|not valid: is this a git repository|error: 404\b/i,
  },
  {
    kind: 'unreachable',
    sentence: 'The remote cannot be reached',
    says: /Could not resolve|Failed to connect|Couldn't connect|Connection (refused|timed out|reset|closed)|unable to access|Could not read from remote|early EOF|hung up unexpectedly|RPC failed|error: 5\d\d\b/i,
  },
  {
    kind: 'corrupt',
    sentence: 'The mirror is damaged',
    says: /corrupt|bad object|missing (blob|tree|object|necessary)|unable to read (tree|sha1 file)|unable to (parse|unpack)|inflate:|is empty|invalid object|not a git repository|packfile .* (cannot|does not)|bad (pack|signature)|index file (smaller|corrupt)|does not point to a valid object|pack has|failed to unpack tree object|is far too short/i,
  },
];

/** Reads git's last words. `place` names the remote for people, already without credentials. */
export function readGitFailure(stderr: string, place: string): GitFailure {
  const row = ROWS.find(({ says }) => says.test(stderr));
  if (row !== undefined) return { kind: row.kind, message: `${row.sentence}: ${place}.` };
  return { kind: 'other', message: `git failed for ${place}: ${lastWords(stderr)}` };
}

function lastWords(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => /^(fatal|error): /.test(line));
  const line = lines[0] ?? 'it gave no reason.';
  return line
    .replaceAll(/\/\/[^/@\s]*@/g, '//')
    .replaceAll(/(?<![:/\w])\/[^\s'":,]+/g, '…')
    .replaceAll(/[\u0000-\u001f\u007f]/g, ' ')
    .slice(0, MESSAGE_LENGTH_MAX);
}
