import type { Figure } from '../figure.ts';
import { startParsing } from '../load/parsing/start-parsing.ts';

const AIM_MB = 256;
const GROWTH_MB = 16;

/** A log that no parser may hold. The resident set counts all of Node. */
export const findingsMemory: Figure = {
  name: 'findings-memory',
  floor: null,
  aim: `at most ${AIM_MB} MB, and flat`,
  async measure(bench) {
    const parsing = await startParsing(bench);
    const bytes = bench.isQuick ? 128e6 : 1e9;
    const { peak, growth } = await parsing.memory(bytes);
    const log = `${bytes / 1e6} MB of log`;
    return [
      { label: `${log}, peak of the parsers`, value: peak, floor: null, unit: 'MB', isMet: peak <= AIM_MB },
      {
        label: '… more in the second half',
        value: growth,
        floor: null,
        unit: 'MB',
        isMet: growth <= GROWTH_MB,
      },
    ];
  },
};
