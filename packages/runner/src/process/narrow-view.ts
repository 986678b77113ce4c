import type { Containment } from '@crafting-table/contracts/words';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UnixUser } from './contain-command.ts';
import type { Spawner } from './spawner.ts';
import { startRecipe } from './start-recipe.ts';

const PROBE_LIMITS = { timeoutMs: 10_000, noOutputMs: 0, killGraceMs: 100, outputBytesMax: 64 * 1024 };

/**
 * Whether recipes can be kept from seeing folders here, found out by hiding one. It takes a PID namespace, the fork server
 * and Linux 5.12; elsewhere a view asked for would change nothing, or keep the recipe from starting.
 */
export async function canNarrowView(
  containment: Containment,
  spawner: Spawner,
  user?: UnixUser,
): Promise<boolean> {
  if (containment !== 'pid_namespace') return false;
  const folder = mkdtempSync(join(tmpdir(), 'crafting-view-'));
  let output = '';
  try {
    writeFileSync(join(folder, 'hidden'), '');
    const { ended } = startRecipe({
      command: `test -d '${folder}' && ! test -e '${folder}/hidden' && echo works`,
      cwd: '/',
      env: {},
      attemptId: `probe.${randomUUID()}`,
      containment,
      spawner,
      user,
      limits: PROBE_LIMITS,
      onOutput: (chunk) => void (output += chunk.toString()),
      view: { hidden: [folder], own: [], readOnly: [] },
    });
    await ended;
    return output === 'works\n';
  } catch {
    return false; // The kernel refused one of the steps.
  } finally {
    rmSync(folder, { recursive: true });
  }
}
