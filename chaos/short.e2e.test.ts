// Every scenario of `npm run chaos`, with smaller counts and shorter waits.
import { describe, expect, test } from 'vitest';
import { BACKENDS } from '@crafting-table/e2e/farm-under-test';
import { runScenario } from './run-scenario.ts';
import { SCENARIOS } from './scenarios.ts';

/** To see a failure again, the seed that was printed goes here. */
const SEED = Date.now() % 2 ** 31;
const RUN_MS = 180_000;

const runs = SCENARIOS.flatMap((scenario) =>
  scenario.backends
    .filter((backend) => BACKENDS.includes(backend))
    .slice(0, 1) // The other backend is for `npm run chaos`: a run of all tests has minutes, not hours.
    .map((backend) => ({ name: scenario.name, title: scenario.title, backend, scenario })),
);

console.log(`seed ${SEED}`);

describe('the farm keeps its promises', () => {
  test.each(runs)(
    'when there is $name on $backend: $title',
    { timeout: RUN_MS },
    async ({ scenario, backend }) => {
      const { promises, fault } = await runScenario(scenario, {
        backend,
        isShort: true,
        seed: SEED,
        stopping: AbortSignal.timeout(RUN_MS),
        tell: (line) => console.log(line),
      });
      expect(fault).toBeNull();
      expect(promises).not.toEqual([]);
      const broken = promises.filter(({ holds }) => !holds);
      expect(broken.map(({ what, measured }) => `${what}: ${measured}`)).toEqual([]);
    },
  );
});
