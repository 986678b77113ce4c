import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BACKENDS, startFarm, type FarmUnderTest } from './farm-under-test.ts';
import { matcherOf, playScenario, summarize } from './run-scenario.ts';
import { SCENARIOS } from './scenarios.ts';

// One farm for all rows, which also shows that they do not disturb each other: several run at once.
describe.each(BACKENDS)('a job, delivered through %s:', (backend) => {
  let farm: FarmUnderTest;
  beforeAll(async () => {
    farm = await startFarm({ backend, settings: { CRAFTING_CONCURRENCY: '6' } });
  });
  afterAll(() => farm[Symbol.asyncDispose]());
  beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(farm.logTails())));

  test.concurrent.for(SCENARIOS)('$name', async (scenario) => {
    await using played = await playScenario(farm, scenario);
    expect(summarize(played.outcome)).toEqual(matcherOf(scenario.expected));
    await scenario.afterwards?.(played.stage, played.outcome);
  });
});
