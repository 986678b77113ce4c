import type { Recipe } from '@crafting-table/contracts/words';
import { type HookFolders, reportHooks } from '../report-hooks/report-hooks.ts';
import { toolCaches } from './tool-caches.ts';

/** What makes tools print plain, whole, English lines, and nothing that draws over itself. Never FORCE_COLOR: TypeScript
 * takes even `FORCE_COLOR=0` for a wish for its other layout. */
const PLAIN_OUTPUT = {
  CI: 'true',
  NO_COLOR: '1',
  TERM: 'dumb',
  // pytest and composer cut or wrap their messages to the width of the terminal.
  COLUMNS: '500',
  LC_ALL: 'C.UTF-8',
  DOTNET_CLI_UI_LANGUAGE: 'en',
  CARGO_TERM_COLOR: 'never',
  CARGO_TERM_PROGRESS_WHEN: 'never',
  MSBUILDTERMINALLOGGER: 'off',
  npm_config_progress: 'false',
  // Else ctest only names the tests that failed.
  CTEST_OUTPUT_ON_FAILURE: '1',
  // Where no server of its makers can be reached, semgrep would wait a minute and a half for one to say which version is the newest.
  SEMGREP_ENABLE_VERSION_CHECK: '0',
};

export type RecipeEnvironment = {
  /** PATH of the toolchains. */
  path: string;
  /** HOME and TMPDIR: folders of the workspace. */
  home: string;
  tmp: string;
  /** Absolute folder of the tools' caches. */
  caches: string;
  /** Where toolchains are that are not found through PATH and HOME; see `findToolchainVariables`. */
  toolchainVariables?: Record<string, string>;
  /** What the recipe asks for. It wins over everything but the job's identity. */
  declared: Record<string, string>;
  /** Null: tools are not asked for reports. */
  hooks: HookFolders | null;
  job: { id: string; project: string; recipe: Recipe; commit: string };
};

/** The complete environment of a recipe, built from nothing: no variable of the worker comes in by itself. */
export function recipeEnvironment(options: RecipeEnvironment): Record<string, string> {
  const { path, home, tmp, caches, toolchainVariables, declared, hooks, job } = options;
  return {
    ...PLAIN_OUTPUT,
    ...toolCaches(caches),
    PATH: path,
    HOME: home,
    TMPDIR: tmp,
    ...toolchainVariables,
    ...declared,
    ...(hooks && reportHooks(hooks, declared)),
    CRAFTING_JOB_ID: job.id,
    CRAFTING_PROJECT: job.project,
    CRAFTING_RECIPE: job.recipe,
    CRAFTING_COMMIT: job.commit,
  };
}
