import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FarmUnderTest } from '@crafting-table/e2e/farm-under-test';
import { findRecipeProcesses } from '@crafting-table/e2e/process-search';

/** What workers that are over left on the machine and in their data folders, or in that one alone. */
export async function countLeftovers(
  farm: FarmUnderTest,
  dataDir?: string,
): Promise<{ processes: number; workspaces: number }> {
  const over = farm.workers.filter(
    (worker) => worker.hasEnded() && (dataDir === undefined || worker.dataDir === dataDir),
  );
  const folders = over.flatMap(({ id, dataDir }) =>
    ['workspaces', 'spools'].map((kind) => ({ folder: join(dataDir, kind), id })),
  );
  const found = await Promise.all(folders.map(({ folder, id }) => countNamed(folder, id)));
  return {
    processes: findRecipeProcesses(over.map(({ id }) => `${id}.`)).length,
    workspaces: found.reduce((sum, count) => sum + count, 0),
  };
}

async function countNamed(folder: string, id: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []); // It was not even made.
  return entries.filter((entry) => entry.isDirectory() && entry.name === id).length;
}
