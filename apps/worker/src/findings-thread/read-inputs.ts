// Hashes of what the tools ran with beside the code, so that a finding that appears can be traced to what has changed.
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolRun } from '@crafting-table/contracts/finding';
import type { ReadPlace } from '@crafting-table/farm/attempts/findings-reader';
import type { Inputs } from '@crafting-table/findings/track/cause';
import { openSource } from '@crafting-table/findings/worktree/open-source';

/** Files that pin versions of packages. */
const LOCK_FILES =
  /^(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|requirements.*\.txt|poetry\.lock|uv\.lock|Pipfile\.lock|pdm\.lock|go\.(?:mod|sum)|Cargo\.lock|Gemfile\.lock|composer\.lock|pom\.xml|gradle\.lockfile|packages\.lock\.json|.+\.csproj|Package\.resolved|flake\.lock)$/;
/** Files that tell tools what to look for. */
const CONFIGURATION =
  /^(?:\.?eslintrc.*|eslint\.config\..*|biome\.jsonc?|tsconfig.*\.json|vitest\.config\..*|jest\.config\..*|pyproject\.toml|setup\.cfg|tox\.ini|\.?ruff\.toml|\.?mypy\.ini|pytest\.ini|\.bandit|\.golangci\.(?:ya?ml|toml)|staticcheck\.conf|\.?clippy\.toml|deny\.toml|rustfmt\.toml|Cargo\.toml|\.rubocop\.yml|phpstan.*\.neon.*|phpunit\.xml.*|detekt\.yml|checkstyle\.xml|\.clang-tidy|\.shellcheckrc|\.editorconfig)$/;
/** A folder of a subproject has a handful of these. */
const FILES_MAX = 100;

export function readInputs({ tree, subproject, command }: ReadPlace, toolRuns: readonly ToolRun[]): Inputs {
  const folders = subproject === '.' ? [''] : ['', subproject];
  const source = openSource(tree);
  const digest = (names: RegExp) => {
    const texts = folders.flatMap((folder) =>
      namesIn(join(tree, folder))
        .filter((name) => names.test(name))
        .slice(0, FILES_MAX)
        .map((name) => `${folder}/${name}\0${source(join(folder, name))?.join('\n') ?? ''}`),
    );
    return texts.length === 0 ? null : hash(texts);
  };
  return {
    lockFiles: digest(LOCK_FILES),
    configuration: digest(CONFIGURATION),
    command: hash([command]),
    versions: Object.fromEntries(
      toolRuns.flatMap(({ tool, version }) => (version === undefined ? [] : [[tool, version]])),
    ),
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return []; // The recipe may have removed it.
  }
}

function hash(texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\0\0')).digest('hex').slice(0, 32);
}
