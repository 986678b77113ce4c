// The environment of a git command, built from nothing: no configuration of the host or of a user takes part, no program
// that a repository names is started, and a password travels here and nowhere else (not in argv, not in a file).
//
// A recipe of the worker's own user may be able to write into a mirror, its configuration included. Whatever git would
// start because of that is ruled out here, where no moment lies between the check and the use; the rest of a mirror's
// configuration is put right before each command (see mirror-config.ts).
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
    // An object that stands in for another would let one commit pass for the next.
    GIT_NO_REPLACE_OBJECTS: '1',
    // Wins over every `protocol.<name>.allow`; `ext::` and helpers of other names start what they are told to.
    GIT_ALLOW_PROTOCOL: allowedProtocols(settings).join(':'),
    // Set but empty: nothing is asked for a password, and `core.askPass` is not looked at.
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    // Wins over `core.sshCommand`, also where a URL that should not be one was rewritten to an ssh one.
    GIT_SSH_COMMAND: remote?.scheme === 'ssh' ? SSH_COMMAND : 'false',
    ...(remote?.scheme === 'ssh' ? sshAgent(settings) : {}),
    ...credentialEnvironment(remote),
    ...configEnvironment([...FIXED_CONFIG, ...credentialConfig(remote)]),
  };
}

type Config = readonly (readonly [key: string, value: string])[];

const FIXED_CONFIG: Config = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  // What a fetch asks for the refs of the repositories that are borrowed from.
  ['core.alternateRefsCommand', 'true'],
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

function allowedProtocols(settings: GitSettings): string[] {
  return ['http', 'https', 'ssh', ...(settings.allowFileRemotes ? ['file'] : [])];
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

const SSH_COMMAND = 'ssh -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=15';

function sshAgent({ ssh }: GitSettings): Record<string, string> {
  return ssh?.agentSocket === undefined ? {} : { SSH_AUTH_SOCK: ssh.agentSocket };
}

function configEnvironment(config: Config): Record<string, string> {
  const environment: Record<string, string> = { GIT_CONFIG_COUNT: String(config.length) };
  for (const [index, [key, value]] of config.entries()) {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return environment;
}
