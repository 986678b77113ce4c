import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figure } from '../figure.ts';
import { timePrinting } from '../printing.ts';

const SLOWED_PERCENT_MAX = 5;
const MIB = 1024 ** 2;
const LINE = 'compiling the module number four hundred and eleven of this project, without any warning\n';

/**
 * A recipe that works and prints a lot beside it, about 1 GB in a minute: each round hashes 24 MiB and prints 1 MiB. How
 * much longer that takes than with its output in a file is what a recipe pays for being logged.
 */
export const logSlowdown: Figure = {
  name: 'log-slowdown',
  floor: 'the same recipe with its output in a local file',
  aim: `slowed by less than ${SLOWED_PERCENT_MAX} %`,
  async measure(bench) {
    const rounds = bench.isQuick ? 20 : 100;
    const [work, page] = [join(bench.folder, 'work'), join(bench.folder, 'page')];
    writeFileSync(work, Buffer.alloc(24 * MIB, 'work'));
    writeFileSync(page, LINE.repeat(Math.ceil(MIB / LINE.length)).slice(0, MIB));
    const round = `sha256sum '${work}' > /dev/null; cat '${page}'`;
    const command = `i=0; while [ $i -lt ${rounds} ]; do ${round}; i=$((i+1)); done`;
    const { recipeMs, fileMs } = await timePrinting(bench, command);
    const slowed = (recipeMs / fileMs - 1) * 100;
    return [
      {
        label: 'a recipe that prints beside its work',
        value: recipeMs,
        floor: fileMs,
        unit: 'ms',
        isMet: null,
      },
      { label: '… slowed by', value: slowed, floor: null, unit: '%', isMet: slowed < SLOWED_PERCENT_MAX },
    ];
  },
};
