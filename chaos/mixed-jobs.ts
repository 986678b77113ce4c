// Jobs of every temper, in several projects, half of which may be tried again when their worker is lost.
import type { JobDetail } from '@crafting-table/contracts/job';
import { ATTEMPTS_MAX } from '@crafting-table/contracts/project';
import { isTerminal } from '@crafting-table/contracts/words';
import { projectBody, queueJob } from '@crafting-table/e2e/farm-calls';
import type { FarmUnderTest } from '@crafting-table/e2e/farm-under-test';
import type { Repository } from '@crafting-table/e2e/git-fixture';
import { draw } from '@crafting-table/e2e/seeded-random';

/** Each is one of a project's recipes; `lint` is the one that fails. */
const TEMPERS = {
  build: 'sleep 1.5',
  test: 'seq 1 150000; sleep 0.5',
  lint: `echo 'src/a.c:1:2: error: boom'; exit 3`,
  audit: `setsid sh -c 'sleep 7501 & setsid sleep 7501' & (setsid sleep 7501 &) & sleep 0.7`,
} as const;
const QUICK_FOLDER = 'quick';
const PROJECTS = [
  { name: 'strict-1', retry_on: [] },
  { name: 'strict-2', retry_on: [] },
  { name: 'patient-1', retry_on: ['worker_lost'] },
  { name: 'patient-2', retry_on: ['worker_lost'] },
] as const;

/** What the repository of these jobs needs. */
export const MIXED_FILES = { [`${QUICK_FOLDER}/README.md`]: 'Here recipes are quick.\n' };

export async function registerMixed(
  farm: FarmUnderTest,
  repository: Repository,
  mark: string,
): Promise<void> {
  const recipes = Object.entries(TEMPERS).map(([recipe, command]) => [recipe, `${mark}; ${command}`]);
  for (const { name, retry_on } of PROJECTS) {
    const body = projectBody(name, repository.url, {
      ...Object.fromEntries(recipes),
      retry_on: [...retry_on],
    });
    const quick = { path: QUICK_FOLDER, language: 'shell' as const, test: mark, retry_on: [...retry_on] };
    await farm.client.call('registerProject', {
      body: { ...body, subprojects: [...body.subprojects, quick] },
    });
  }
}

/** Queues one of them, by the dice, and gives back its id. */
export async function queueMixed(farm: FarmUnderTest, random: () => number): Promise<string> {
  const project = draw(PROJECTS, random)!.name; // There are some.
  const wishes = [
    { recipe: 'test', subproject: QUICK_FOLDER } as const,
    ...(['build', 'test', 'lint', 'audit'] as const).map((recipe) => ({ recipe, subproject: '.' })),
  ];
  return queueJob(farm.client, project, draw(wishes, random)!);
}

/** What of a job's end contradicts its executions, which are counted by its recipe; empty when all is well. */
export function findFaults({ job, attempts }: JobDetail, executed: readonly string[]): string[] {
  const newest = attempts.at(-1);
  const mayRetry = job.recipe_snapshot.retry_on.includes('worker_lost');
  const timesOf = (number: number) => executed.filter((each) => each === `${job.id}.${number}`).length;
  const total = attempts.reduce((sum, { number }) => sum + timesOf(number), 0);
  const exitCode = job.recipe === 'lint' ? 3 : 0;
  const isExit = job.reason === 'exit';
  const faults: [string, boolean][] = [
    ['it does not end', !isTerminal(job.status)],
    ['it ends for another reason', !isExit && job.reason !== 'worker_lost'],
    ['it has another exit code', job.exit_code !== (isExit ? exitCode : -1)],
    ['it has another status', job.status !== (isExit && exitCode === 0 ? 'passed' : 'failed')],
    ['its accepted attempt was not executed once', isExit && timesOf(newest?.number ?? 0) !== 1],
    [
      'an attempt beside the accepted one was not lost',
      attempts.some((each) => each !== newest && each.reason !== 'worker_lost' && each.status !== 'returned'),
    ],
    [
      'an attempt that was returned was executed',
      attempts.some((each) => each.status === 'returned' && timesOf(each.number) > 0),
    ],
    ['an attempt was executed twice', attempts.some((each) => timesOf(each.number) > 1)],
    ['an execution belongs to no attempt', total !== executed.length],
    ['it was executed twice without a right to it', !mayRetry && total > 1],
    [
      'it was given up in spite of its right to another attempt',
      !isExit && mayRetry && job.attempt < ATTEMPTS_MAX,
    ],
  ];
  return faults
    .filter(([, isTrue]) => isTrue)
    .map(([fault]) => `${fault}: ${job.id} ${job.reason} ${job.exit_code}, ${total} executions`);
}
