import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The first of the programs that some folder of a PATH holds, as a full path. Earlier names win over earlier folders. */
export async function findOnPath(names: readonly string[], path: string): Promise<string | undefined> {
  for (const name of names) {
    for (const folder of path.split(delimiter).filter(Boolean)) {
      const candidate = join(folder, name);
      const canRun = await access(candidate, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (canRun) return candidate;
    }
  }
  return undefined;
}
