import { startFarm, type Backend, type FarmUnderTest } from '@crafting-table/e2e/farm-under-test';
import { randomFrom } from '@crafting-table/e2e/seeded-random';
import type { Outcome, Scenario, StatedPromise, Trial } from './scenario.ts';
import { watchInvariants, type InvariantWatch } from './watch-invariants.ts';

const SHORT_PATIENCE = 3;

export type RunOptions = {
  backend: Backend;
  isShort: boolean;
  seed: number;
  stopping: AbortSignal;
  tell: (line: string) => void;
};

/** Never throws: what went wrong is part of the outcome. Nothing of the trial is left when it resolves. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const startedAt = performance.now();
  const promises: StatedPromise[] = [];
  const fault = await runTrial(scenario, options, promises).then(() => null, describeFault);
  return { scenario, backend: options.backend, promises, fault, tookMs: performance.now() - startedAt };
}

async function runTrial(scenario: Scenario, options: RunOptions, promises: StatedPromise[]): Promise<void> {
  await using used = new AsyncDisposableStack();
  const watches: InvariantWatch[] = [];
  const farms: FarmUnderTest[] = [];
  const promise: Trial['promise'] = (what, measured, holds) => {
    promises.push({ what, measured, holds });
    options.tell(`${holds ? 'holds' : 'BROKEN'}: ${what}: ${measured}`);
  };
  const trial: Trial = {
    ...options,
    patience: options.isShort ? SHORT_PATIENCE : 1,
    random: randomFrom(options.seed),
    promise,
    use: (resource) => used.use(resource),
    async startFarm(farmOptions) {
      const farm = used.use(
        await startFarm({ ...farmOptions, backend: options.backend, expectsTrouble: true }),
      );
      farms.push(farm);
      watches.push(used.use(watchInvariants(farm.databaseUrl)));
      return farm;
    },
  };
  try {
    options.stopping.throwIfAborted();
    await scenario.run(trial);
    for (const watch of watches) await promiseNoViolation(watch, promise);
  } catch (fault) {
    for (const farm of farms) options.tell(farm.logTails());
    throw fault;
  }
}

async function promiseNoViolation(watch: InvariantWatch, promise: Trial['promise']): Promise<void> {
  const { looks, violations } = await watch.end();
  const measured = [`${violations.length} in ${looks} looks`, ...violations.slice(0, 3)].join('; ');
  promise('no row breaks a rule of the life of a job', measured, violations.length === 0 && looks > 0);
}

/** With its causes: the last line says why. */
function describeFault(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  if (fault instanceof SuppressedError) {
    return `${describeFault(fault.suppressed)}; and on the way out: ${describeFault(fault.error)}`;
  }
  return fault.cause === undefined ? fault.message : `${fault.message}: ${describeFault(fault.cause)}`;
}
