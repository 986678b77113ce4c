// The environment of a git command, built from nothing: no configuration of the host or of a user takes part, no program
// that a repository names is started, and a password travels here and nowhere else (not in argv, not in a file).
import type { GitUrl } from '@crafting-table/contracts/git-url';

export type GitSettings = {
  /** PATH on which git, and ssh for ssh remotes, are found. */
  searchPath: string;
  /** An empty folder of the farm's own: git finds no user's configuration in it. */
  emptyHome: string;
  /** file: remotes let a caller read any repository of this host. */
  allowFileRemotes: boolean;
  /** What ssh remotes may use of the worker's own account. */
  ssh?: { home: string; agentSocket?: string };
};

export function gitEnvironment(settings: GitSettings, remote: GitUrl | null): Record<string, string> {
  return {
    PATH: settings.searchPath,
    HOME: remote?.scheme === 'ssh' ? (settings.ssh?.home ?? settings.emptyHome) : settings.emptyHome,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    // Partial clones would fetch behind our back; the mirrors are whole.
    GIT_NO_LAZY_FETCH: '1',
    ...(remote?.scheme === 'ssh' ? sshEnvironment(settings) : {}),
    ...credentialEnvironment(remote),
    ...configEnvironment([...FIXED_CONFIG, ...protocolConfig(settings), ...credentialConfig(remote)]),
  };
}

type Config = readonly (readonly [key: string, value: string])[];

const FIXED_CONFIG: Config = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.logAllRefUpdates', 'false'],
  // Mirrors and workspaces may belong to another user than the worker; which ones are read is our own choice.
  ['safe.directory', '*'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['fetch.writeCommitGraph', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['submodule.recurse', 'false'],
  // Every fetch lands as one whole pack. Unpacked into loose files, a killed fetch could leave a commit without its files.
  ['transfer.unpackLimit', '1'],
  ['advice.detachedHead', 'false'],
];

function protocolConfig(settings: GitSettings): Config {
  const allowed = ['http', 'https', 'ssh', ...(settings.allowFileRemotes ? ['file'] : [])];
  return [
    ['protocol.allow', 'never'],
    ...allowed.map((name) => [`protocol.${name}.allow`, 'always'] as const),
  ];
}

/** Bound to the origin of the URL, so that a redirect to another host gets nothing. The empty first one clears the list. */
function credentialConfig(remote: GitUrl | null): Config {
  if (remote?.credentials == null) return [['credential.helper', '']];
  const answer = `printf 'username=%s\\npassword=%s\\n' "$CRAFTING_GIT_USERNAME" "$CRAFTING_GIT_PASSWORD"`;
  return [
    ['credential.helper', ''],
    [`credential.${remote.scheme}://${remote.host}.helper`, `!f() { test "$1" = get && ${answer}; }; f`],
  ];
}

function credentialEnvironment(remote: GitUrl | null): Record<string, string> {
  if (remote?.credentials == null) return {};
  const { username, password } = remote.credentials;
  return { CRAFTING_GIT_USERNAME: username, CRAFTING_GIT_PASSWORD: password };
}

function sshEnvironment(settings: GitSettings): Record<string, string> {
  const agentSocket = settings.ssh?.agentSocket;
  return {
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=15',
    ...(agentSocket === undefined ? {} : { SSH_AUTH_SOCK: agentSocket }),
  };
}

function configEnvironment(config: Config): Record<string, string> {
  const environment: Record<string, string> = { GIT_CONFIG_COUNT: String(config.length) };
  for (const [index, [key, value]] of config.entries()) {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return environment;
}
