// `npm run chaos`: makes trouble for real farms and says which promises held. Exit code 0 only when all did.
//   npm run chaos -- --only kill-storm,hydra   only these
//   npm run chaos -- --backend postgres        only on this queue backend
//   npm run chaos -- --short                   smaller counts and shorter waits, as in `npm test`
//   npm run chaos -- --seed 7                  the same dice as in an earlier run
import { parseArgs } from 'node:util';
import { BACKENDS, type Backend } from '@crafting-table/e2e/farm-under-test';
import { hasHeld, type Outcome, type Scenario } from './scenario.ts';
import { renderSummary, renderTable } from './render-table.ts';
import { runScenario } from './run-scenario.ts';
import { SCENARIOS } from './scenarios.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    backend: { type: 'string' },
    short: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stopping.abort());

const runs = chooseScenarios(values.only).flatMap((scenario) =>
  chooseBackends(scenario, values.backend).map((backend) => ({ scenario, backend })),
);
if (runs.length === 0) throw new Error('None of these scenarios runs on this backend.');
console.log(`${runs.length} runs, seed ${values.seed}`);
const outcomes: Outcome[] = [];
for (const [index, { scenario, backend }] of runs.entries()) {
  if (stopping.signal.aborted) break;
  console.log(`\n[${index + 1}/${runs.length}] ${scenario.name} on ${backend}: ${scenario.title}`);
  const outcome = await runScenario(scenario, {
    backend,
    isShort: values.short,
    seed: Number(values.seed),
    stopping: stopping.signal,
    tell: (line) => console.log(`  ${line}`),
  });
  outcomes.push(outcome);
  console.log(`  ${outcome.fault ?? 'done'}, after ${(outcome.tookMs / 1000).toFixed(1)} s`);
}
console.log(`\n${renderTable(outcomes)}\n\n${renderSummary(outcomes)}`);
const isWhole = outcomes.length === runs.length;
if (!isWhole) console.log(`stopped: ${runs.length - outcomes.length} runs were not made`);
process.exitCode = isWhole && outcomes.every(hasHeld) ? 0 : 1;

function chooseScenarios(only: string | undefined): Scenario[] {
  const names = only?.split(',') ?? SCENARIOS.map(({ name }) => name);
  return names.map((name) => {
    const scenario = SCENARIOS.find((each) => each.name === name);
    if (scenario) return scenario;
    throw new Error(`--only takes some of ${SCENARIOS.map((each) => each.name).join(',')}, not ${name}`);
  });
}

/** A machine without Redis tries what it can; the table says which backend each row is about. */
function chooseBackends({ backends }: Scenario, only: string | undefined): Backend[] {
  if (only !== undefined && only !== 'redis' && only !== 'postgres') {
    throw new Error(`--backend takes redis or postgres, not ${only}`);
  }
  const wanted = only === undefined ? backends : backends.filter((backend) => backend === only);
  return wanted.filter((backend) => BACKENDS.includes(backend));
}
