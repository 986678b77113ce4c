// `npm run bench`: how far the farm is from what the machine can do, measured now, here.
//   npm run bench -- --only idle-start,log-pump   only these; RESULTS.md stays as it is
//   npm run bench -- --quick                      smaller counts; RESULTS.md stays as it is
//   npm run bench -- --cpu                        also the processor time of each process
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FIGURES } from './figures.ts';
import { describeMachine } from './machine.ts';
import { measureFigure, type Outcome } from './measure-figure.ts';
import { renderTable } from './render-results.ts';
import { stopSignal } from './stop-signal.ts';
import { startStores } from './stores.ts';
import { writeResults } from './write-results.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    cpu: { type: 'boolean', default: false },
  },
});
const figures = choose(values.only);
const stopping = stopSignal();
try {
  process.exitCode = await measureAll();
} catch (fault) {
  if (!stopping.aborted) throw fault;
  console.log('stopped; nothing is left behind');
  process.exitCode = 130;
}

function choose(only: string | undefined) {
  const names = only?.split(',') ?? FIGURES.map(({ name }) => name);
  return names.map((name) => {
    const figure = FIGURES.find((each) => each.name === name);
    if (figure) return figure;
    throw new Error(`--only takes some of ${FIGURES.map((each) => each.name).join(',')}, not ${name}`);
  });
}

/** The exit code: 1 when a figure could not be measured. An aim that is missed is a result like any other. */
async function measureAll(): Promise<number> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'crafting-bench-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const stores = started.use(await startStores(folder));
  const machine = describeMachine(folder, stores);
  console.log(machine.join('\n'));
  const outcomes: Outcome[] = [];
  for (const [index, figure] of figures.entries()) {
    stopping.throwIfAborted();
    const startedAt = performance.now();
    console.log(`\n[${index + 1}/${figures.length}] ${figure.name} …`);
    const outcome = await measureFigure(figure, {
      folder,
      stores,
      stopping,
      isQuick: values.quick,
      tellsCpu: values.cpu,
      tell: (line) => console.log(`  ${line}`),
    });
    outcomes.push(outcome);
    console.log(outcome.kind === 'failed' ? `  failed: ${outcome.why}` : renderTable([outcome]));
    console.log(`  took ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  }
  console.log(`\n${renderTable(outcomes)}`);
  const isComplete = values.only === undefined && !values.quick;
  if (isComplete) await writeResults(outcomes, machine);
  return outcomes.some(({ kind }) => kind === 'failed') ? 1 : 0;
}
