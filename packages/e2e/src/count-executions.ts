// Which jobs were really executed, told by the recipes themselves in a file that the farm knows nothing of.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

export type Executions = AsyncDisposable & {
  /** A command that writes down that its job is executed. */
  recipe: string;
  /** Ids of jobs, one for each execution so far. */
  list(): Promise<string[]>;
  /** `<id of a job>.<number of its attempt>`, one for each execution so far. */
  listAttempts(): Promise<string[]>;
};

export async function countExecutions(): Promise<Executions> {
  const folder = await temporaryFolder('executions');
  const file = join(folder.path, 'executions');
  await writeFile(file, '');
  const listAttempts = async () => (await readFile(file, 'utf8')).split('\n').filter(Boolean);
  return {
    recipe: `echo "$CRAFTING_JOB_ID.\${CRAFTING_ATTEMPT##*.}" >> '${file}'`,
    list: async () => (await listAttempts()).map((line) => line.slice(0, line.lastIndexOf('.'))),
    listAttempts,
    [Symbol.asyncDispose]: folder[Symbol.asyncDispose],
  };
}
