// What has tools write their results into a file as well, where that changes neither what they print nor how they end.
// Only hooks that were proved to be so stand here; docs/decisions/0011-hooks.md has the others, and why they are not.
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
 * The variables that lead tools to the hooks. `declared`: the recipe's own, which keep their meaning: a list of folders or
 * of flags is made longer, nothing is replaced.
 */
export function reportHooks(
  { hooks, reports }: HookFolders,
  declared: Record<string, string>,
): Record<string, string> {
  return {
    CRAFTING_REPORTS: reports,
    PYTHONPATH: inFrontOf(join(hooks, 'python'), declared.PYTHONPATH),
    RUBYLIB: inFrontOf(join(hooks, 'ruby'), declared.RUBYLIB),
    ...rspecHook(join(hooks, 'ruby', 'crafting_table_rspec.rb'), declared.SPEC_OPTS),
  };
}

/** The author's folders come after ours, which hold nothing but what has our name. */
function inFrontOf(folder: string, declared: string | undefined): string {
  return [folder, declared].filter(Boolean).join(delimiter);
}

/** Files to require add up, whoever names them. The variable is split as a shell would split it. */
function rspecHook(file: string, declared: string | undefined): Record<string, string> {
  if (!/^[\w./-]+$/.test(file)) return {};
  return { SPEC_OPTS: [declared, `--require ${file}`].filter(Boolean).join(' ') };
}
