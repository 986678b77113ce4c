// Which jobs were really executed, told by the recipes themselves in a file that the farm knows nothing of.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

export type Executions = AsyncDisposable & {
  /** A command that writes down that its job is executed. */
  recipe: string;
  /** Ids of jobs, one for each execution so far. */
  list(): Promise<string[]>;
};

export async function countExecutions(): Promise<Executions> {
  const folder = await temporaryFolder('executions');
  const file = join(folder.path, 'executions');
  await writeFile(file, '');
  return {
    recipe: `echo "$CRAFTING_JOB_ID" >> '${file}'`,
    list: async () => (await readFile(file, 'utf8')).split('\n').filter(Boolean),
    [Symbol.asyncDispose]: folder[Symbol.asyncDispose],
  };
}
