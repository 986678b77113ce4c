// Jobs that run for as long as a test wants them to.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

export type Gate = AsyncDisposable & {
  /** A command that prints `ready` and ends well once the gate is open, or gone. */
  recipe: string;
  open(): void;
};

export async function makeGate(): Promise<Gate> {
  const folder = await temporaryFolder('gate');
  const file = join(folder.path, 'open');
  return {
    recipe: `echo ready; until test -e '${file}' || ! test -d '${folder.path}'; do sleep 0.02; done; echo released`,
    open: () => writeFileSync(file, ''),
    [Symbol.asyncDispose]: folder[Symbol.asyncDispose],
  };
}
