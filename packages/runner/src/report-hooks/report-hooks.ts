// What has tools write their results into a file as well, where that changes neither what they print nor how they end.
// Only hooks that were proved to be so stand here: RUBOCOP_OPTS and SPEC_OPTS replace or double the author's formatters, and
// reporters in NODE_OPTIONS end a `node --test` that names its own.
import { cpSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const FILES = join(import.meta.dirname, 'hooks');

export type HookFolders = {
  /** Where `writeHooks` put the files. */
  hooks: string;
  /** Where the tools are to write. */
  reports: string;
};

/** Puts the hooks' files into a folder of the workspace, so that what a recipe does to them ends with its attempt. */
export function writeHooks(folder: string): void {
  cpSync(FILES, folder, { recursive: true, filter: (path) => !path.endsWith('__pycache__') });
}

/**
 * The variables that lead tools to the hooks. `declared`: the recipe's own, which keep their meaning: a list of folders is
 * made longer, nothing is replaced.
 */
export function reportHooks(
  { hooks, reports }: HookFolders,
  declared: Record<string, string>,
): Record<string, string> {
  const folders = [join(hooks, 'python'), declared.PYTHONPATH].filter(Boolean);
  return { PYTHONPATH: folders.join(delimiter), CRAFTING_REPORTS: reports };
}
