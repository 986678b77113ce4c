import type { Containment } from '@crafting-table/contracts/words';
import { fileURLToPath } from 'node:url';
import { findProgram } from './find-program.ts';
import { mayMakeNamespaces } from './capabilities.ts';

export type UnixUser = { uid: number; gid: number };

export type ContainedCommand = {
  file: string;
  arguments: string[];
  /** How many generations at the top of the tree are the means of containment and not the recipe. */
  wrappers: 0 | 1 | 2;
  /** The wrapper passes TERM on, kills the tree after the grace, and ends when nothing is left of it. */
  endsTree: boolean;
  /** Its end by itself is the kernel's word that nothing is left of the tree. */
  vouches: boolean;
};

/**
 * The command line that runs `command` with /bin/sh under one level of containment, as another Unix user when one is
 * given (the worker must be allowed to change users, as root is). That user starts without any right of the worker's.
 *
 * A wrapper gets a socket to the worker as file descriptor 3. It says `started` on it when the recipe is about to run,
 * and the recipe never sees it.
 */
export function containCommand(options: {
  command: string;
  containment: Containment;
  killGraceMs: number;
  user?: UnixUser | undefined;
}): ContainedCommand {
  const recipe = [...switchUser(options.user), '/bin/sh', '-c', options.command];
  if (options.containment === 'pid_namespace') return inPidNamespace(recipe);
  if (options.containment === 'subreaper') return belowSubreaper(recipe, options.killGraceMs);
  const [file, ...rest] = recipe;
  return { file: file!, arguments: rest, wrappers: 0, endsTree: false, vouches: false };
}

/** The kernel kills the namespace with its process 1, process 1 with unshare, and unshare with the worker. */
function inPidNamespace(recipe: string[]): ContainedCommand {
  // Whoever may make a namespace without becoming another user in it does: only that way can a root recipe still chown,
  // and a recipe of another user be started at all.
  const asUser = mayMakeNamespaces() ? [] : ['--user', '--map-current-user'];
  const unshare = [findProgram('unshare'), ...asUser, '--pid', '--fork', '--mount-proc', '--kill-child'];
  const init = ['/bin/sh', besideThisFile('pid-namespace-init.sh')];
  return {
    file: findProgram('setpriv'),
    arguments: ['--pdeathsig', 'KILL', ...unshare, ...init, ...recipe],
    wrappers: 2,
    endsTree: false,
    vouches: true,
  };
}

/** Orphans of the tree stay below the subreaper, which ends them all, also when the worker is gone. */
function belowSubreaper(recipe: string[], killGraceMs: number): ContainedCommand {
  return {
    file: findProgram('perl'),
    arguments: [besideThisFile('subreaper.pl'), String(killGraceMs), ...recipe],
    wrappers: 1,
    endsTree: true,
    vouches: true,
  };
}

function switchUser(user: UnixUser | undefined): string[] {
  if (!user) return [];
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  // A worker that is not root itself has these rights as ambient ones, which a change of users alone does not take away.
  const rights = ['--inh-caps=-all', '--ambient-caps=-all', '--no-new-privs'];
  return [findProgram('setpriv'), ...identity, ...rights];
}

function besideThisFile(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
