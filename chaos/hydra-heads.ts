// What a recipe may start so that it outlives the recipe. Each is called `hydra-<head>-<job id>` in its command line, which
// is how it is found from outside, whatever became of its parent, its session and its environment.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Files } from '@crafting-table/e2e/git-fixture';
import { findProcessesCalled, findRecipeProcesses } from '@crafting-table/e2e/process-search';
import { until } from '@crafting-table/e2e/until';

/** As many looks take longer than the forker waits. */
const EMPTY_LOOKS = 15;
/** All of them end by themselves after this long, should nobody end them. */
const LIFE_SECS = 90;

/** A shell command for each, run in a folder with HEAD_FILES; `$id` is the id of the job. */
const HEADS = {
  session: 'setsid perl nap.pl hydra-session-$id &',
  orphan: `(setsid sh -c 'perl nap.pl "$0" & exit 0' hydra-orphan-$id >/dev/null 2>&1 &)`,
  stranger: '(env -i setsid perl nap.pl hydra-stranger-$id >/dev/null 2>&1 &)',
  deaf: 'perl nap.pl hydra-deaf-$id deaf &',
  forker: 'perl fork-at-term.pl hydra-forker-$id "$BEATS/$id.beat" &',
  holder: '(perl nap.pl hydra-holder-$id &)',
  agent: '(cd "$TMPDIR" && ssh-agent -a hydra-agent-$id >/dev/null)',
} as const;

export const HEAD_NAMES = Object.keys(HEADS).toSorted();

/** For the repository of the recipe. */
export const HEAD_FILES: Files = {
  'hydra.sh': `id=$CRAFTING_JOB_ID\n${Object.values(HEADS).join('\n')}\n`,
  'nap.pl': `$SIG{TERM} = 'IGNORE' if ($ARGV[1] // '') eq 'deaf';\nsleep ${LIFE_SECS};\n`,
  // Never the same process for long, and from the first TERM on as fast as it can. Its file tells that it lives.
  'fork-at-term.pl': `
    my $until = time + ${LIFE_SECS};
    my $wait = 0.15;
    open my $beat, '>>', $ARGV[1];
    $SIG{TERM} = sub { $wait = 0 };
    while (time < $until) {
      utime undef, undef, $ARGV[1];
      select undef, undef, undef, $wait if $wait;
      my $child = fork // next;
      exit 0 if $child;
    }
  `,
};

/** Resolves once all heads of a job were seen. */
export async function headsAreOut(jobId: string, withinMs: number): Promise<void> {
  const pattern = new RegExp(`hydra-(\\w+)-${jobId}`);
  const seen = new Set<string>(); // No single look need see the one that is never the same process for long.
  const look = () => {
    for (const { command } of findProcessesCalled(jobId)) seen.add(pattern.exec(command)?.[1] ?? '');
    if (HEAD_NAMES.every((name) => seen.has(name))) return true;
    throw new Error(`Only ${[...seen].join(', ')} of ${HEAD_NAMES.join(', ')}`);
  };
  await until('all heads are out', look, withinMs);
}

/** For a scenario that failed: nothing of these jobs is left on the machine. */
export function endSurvivors(jobIds: Iterable<string>): void {
  for (const id of jobIds) {
    for (const { pid } of [...findProcessesCalled(id), ...findRecipeProcesses([`.${id}.`])]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
  }
}

/**
 * The command lines of what still lives of a job after so long: its heads, and whatever else carries the marker of an
 * attempt of it. As above, one look that finds nothing is no proof. `beats` is the folder that the recipe knows as BEATS.
 */
export async function findSurvivors(jobId: string, beats: string, withinMs: number): Promise<string[]> {
  const beatOf = () => statSync(join(beats, `${jobId}.beat`)).mtimeMs;
  let emptyInARow = 0;
  let lastBeat = beatOf();
  let found: string[] = [];
  const look = () => {
    const beat = beatOf();
    const all = [...findProcessesCalled(jobId), ...findRecipeProcesses([`.${jobId}.`])];
    const commands = new Set(all.map(({ command }) => command));
    if (beat !== lastBeat) commands.add('the forker, by its file');
    lastBeat = beat;
    if (commands.size > 0) found = [...commands];
    emptyInARow = commands.size === 0 ? emptyInARow + 1 : 0;
    return emptyInARow >= EMPTY_LOOKS;
  };
  const isEmpty = await until('none is left', look, withinMs).catch(() => false);
  return isEmpty ? [] : found;
}
