import type { Figure } from '../figure.ts';
import { timePrinting } from '../printing.ts';

const AIM_MB_PER_SECOND = 100;
const LINE = 'compiling the module number four hundred and eleven of this project, without any warning';

/** A recipe that does nothing but print, as fast as it can. */
export const logPump: Figure = {
  name: 'log-pump',
  floor: 'the same command writing to a local file',
  aim: `at least ${AIM_MB_PER_SECOND} MB/s`,
  async measure(bench) {
    const bytes = (bench.isQuick ? 128 : 1024) * 1024 ** 2;
    const { recipeMs, fileMs } = await timePrinting(bench, `yes '${LINE}' | head -c ${bytes}`);
    const rate = (ms: number) => bytes / 1e6 / (ms / 1000);
    const [value, floor] = [rate(recipeMs), rate(fileMs)];
    return [{ label: 'log pump', value, floor, unit: 'MB/s', isMet: value >= AIM_MB_PER_SECOND }];
  },
};
