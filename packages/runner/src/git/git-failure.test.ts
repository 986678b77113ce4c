import { expect, it } from 'vitest';
import { readGitFailure } from './git-failure.ts';

it.each([
  ["fatal: couldn't find remote ref refs/heads/x", 'ref_missing'],
  ['fatal: remote error: upload-pack: not our ref 1111', 'commit_missing'],
  ["fatal: unable to access 'http://h/': Could not resolve host: h", 'unreachable'],
  ["fatal: unable to access 'http://h/': Failed to connect to h port 80", 'unreachable'],
  [
    'ssh: connect to host h port 22: Connection refused\nfatal: Could not read from remote repository.',
    'unreachable',
  ],
  ["fatal: could not read Username for 'http://h': terminal prompts disabled", 'auth'],
  ["fatal: Authentication failed for 'http://h/'", 'auth'],
  ['git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.', 'auth'],
  ["fatal: repository 'http://h/x/' not found", 'not_a_repository'],
  [
    "fatal: '/srv/x' does not appear to be a git repository\nfatal: Could not read from remote",
    'not_a_repository',
  ],
  ["fatal: transport 'file' not allowed", 'refused'],
  ['fatal: write error: No space left on device\nfatal: index-pack failed', 'disk_full'],
  ["fatal: Unable to create '/m/packed-refs.lock': File exists.", 'locked'],
  ['error: object file objects/1a is empty\nfatal: loose object 1a is corrupt', 'corrupt'],
  ['fatal: something new', 'other'],
])('reads %j as %s', (stderr, kind) => {
  expect(readGitFailure(stderr, 'http://h/x').kind).toBe(kind);
});

it('repeats neither credentials nor paths of this host', () => {
  const { message } = readGitFailure(
    "fatal: odd: 'http://ann:secret@h/x' in /var/lib/farm/m.git\nmore",
    'http://h/x',
  );
  expect(message).toBe("git failed for http://h/x: fatal: odd: 'http://h/x' in …");
});
