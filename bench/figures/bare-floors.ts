import type { Figure, Row } from '../figure.ts';
import { openWorktrees } from '../floors/worktrees/open-worktrees.ts';
import { makeRepository } from '../repository.ts';
import { median } from '../statistics.ts';

const FILES = 20;

/** What this machine gives without any farm: the scale on which the other figures are to be read. */
export const bareFloors: Figure = {
  name: 'bare-floors',
  floor: null,
  aim: 'none: the scale of the rest',
  async measure(bench) {
    const bare = await openWorktrees(bench, makeRepository(bench.folder, FILES));
    const samples = { add: [] as number[], spawn: [] as number[], remove: [] as number[] };
    for (let count = 0; count < (bench.isQuick ? 20 : 200); count++) {
      const { startedAt, addedAt, ranAt, removedAt } = await bare.one('true');
      samples.add.push(addedAt - startedAt);
      samples.spawn.push(ranAt - addedAt);
      samples.remove.push(removedAt - ranAt);
    }
    return [
      row(`git worktree add --detach, ${FILES} files`, samples.add),
      row('/bin/sh -c true', samples.spawn),
      row('git worktree remove', samples.remove),
    ];
  },
};

function row(label: string, samples: number[]): Row {
  return { label: `${label}, p50`, value: median(samples), floor: null, unit: 'ms', isMet: null };
}
