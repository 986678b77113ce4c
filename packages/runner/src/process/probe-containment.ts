import { CONTAINMENTS, type Containment } from '@crafting-table/contracts/words';
import { randomUUID } from 'node:crypto';
import type { UnixUser } from './contain-command.ts';
import { directSpawner } from './spawn-directly.ts';
import type { Spawner } from './spawner.ts';
import { type RecipeEnd, startRecipe } from './start-recipe.ts';

/** Ample for a shell that says one word, also on a machine that is busy starting. */
const PROBE_LIMITS = { timeoutMs: 10_000, noOutputMs: 0, killGraceMs: 100, outputBytesMax: 64 * 1024 };

const REMEDIES: Record<Containment, string> = {
  pid_namespace:
    'It takes Linux, setpriv and unshare (util-linux), and either root with CAP_SYS_ADMIN or user namespaces for ordinary users.',
  subreaper: 'It takes Linux, perl, and a kernel that lists children in /proc (CONFIG_PROC_CHILDREN).',
  marker: 'It takes /bin/sh and mkfifo.',
};

/**
 * Finds the strongest level of containment that works here, by running a command in each, started as recipes will be. A level that is asked for by
 * name is the only one tried, and an error says what is missing for it, or for recipes of that `user`.
 */
export async function probeContainment(
  wanted: 'auto' | Containment,
  spawner: Spawner = directSpawner,
  user?: UnixUser,
): Promise<Containment> {
  const failures: string[] = [];
  for (const containment of wanted === 'auto' ? CONTAINMENTS : [wanted]) {
    const failure = await tryContainment(containment, spawner, user);
    if (failure === undefined) return containment;
    failures.push(`Containment ${containment} does not work here: ${failure}. ${REMEDIES[containment]}`);
  }
  const advice =
    wanted === 'auto' ? '' : '\nSet CRAFTING_CONTAINMENT=auto to take the strongest level that works.';
  throw new Error(failures.join('\n') + advice);
}

/** What went wrong, in one line; nothing when the level works. */
async function tryContainment(
  containment: Containment,
  spawner: Spawner,
  user: UnixUser | undefined,
): Promise<string | undefined> {
  if (containment !== 'marker' && process.platform !== 'linux') return 'this is not Linux';
  let output = '';
  try {
    const { ended } = startRecipe({
      // In a namespace of its own the shell's parent is process 1; anywhere else that would prove nothing.
      command: containment === 'pid_namespace' ? 'test "$PPID" = 1 && echo works' : 'echo works',
      cwd: '/',
      env: {},
      attemptId: `probe.${randomUUID()}`,
      containment,
      spawner,
      user,
      limits: PROBE_LIMITS,
      onOutput: (chunk) => void (output += chunk.toString()),
    });
    const end = await ended;
    return output === 'works\n' && end.survivors === 0 ? undefined : describeFailure(end, output);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function describeFailure(end: RecipeEnd, output: string): string {
  return `${end.reason}, exit code ${end.exitCode}, it said "${output.trim()}"`;
}
