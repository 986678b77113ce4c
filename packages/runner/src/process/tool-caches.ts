import { join } from 'node:path';

/**
 * Where the tools keep what they download, each told by its own variable, so that attempts of one project share it and
 * the workspace's HOME stays empty. `folder` is absolute and, for Maven, without spaces: its launcher splits the
 * arguments at them.
 */
export function toolCaches(folder: string): Record<string, string> {
  const below = (...parts: string[]) => join(folder, ...parts);
  return {
    // Yarn 1, pre-commit, golangci-lint and whatever else follows the XDG rules. Yarn's own YARN_CACHE_FOLDER would
    // override a cache that a Yarn 2+ project commits.
    XDG_CACHE_HOME: below('xdg'),
    CARGO_HOME: below('cargo'),
    npm_config_cache: below('npm'),
    // The store is below it. npm_config_store_dir would make npm warn about a setting it does not know.
    PNPM_HOME: below('pnpm'),
    YARN_GLOBAL_FOLDER: below('yarn'),
    BUN_INSTALL_CACHE_DIR: below('bun'),
    PIP_CACHE_DIR: below('pip'),
    UV_CACHE_DIR: below('uv'),
    GOPATH: below('go'),
    GOMODCACHE: below('go', 'pkg', 'mod'),
    GOCACHE: below('go-build'),
    GRADLE_USER_HOME: below('gradle'),
    // Maven reads MAVEN_ARGS from 3.9 on. It has no variable of its own for the repository.
    MAVEN_ARGS: `-B -ntp -Dstyle.color=never -Dmaven.repo.local=${below('maven')}`,
    COMPOSER_CACHE_DIR: below('composer'),
    // Bundler keeps downloaded gems there only when it is told that all projects share them.
    BUNDLE_USER_CACHE: below('bundler'),
    BUNDLE_GLOBAL_GEM_CACHE: 'true',
    NUGET_PACKAGES: below('nuget', 'packages'),
    NUGET_HTTP_CACHE_PATH: below('nuget', 'http'),
  };
}
