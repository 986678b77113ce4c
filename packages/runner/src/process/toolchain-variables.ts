import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Version managers look for their toolchains below HOME unless a variable says where. */
const TOOLCHAIN_FOLDERS = {
  RUSTUP_HOME: '.rustup',
  PYENV_ROOT: '.pyenv',
  RBENV_ROOT: '.rbenv',
  NODENV_ROOT: '.nodenv',
  NVM_DIR: '.nvm',
  VOLTA_HOME: '.volta',
  SDKMAN_DIR: '.sdkman',
  ASDF_DATA_DIR: '.asdf',
  MISE_DATA_DIR: '.local/share/mise',
  DOTNET_ROOT: '.dotnet',
} as const;

/** Java has no default folder; its builds look at these. */
const TOOLCHAIN_VARIABLES = ['JAVA_HOME', 'JAVA_HOME_17', 'JAVA_HOME_21', 'JAVA_HOME_25'] as const;

/**
 * The variables that lead a recipe, whose HOME is its workspace's, to the toolchains installed in the home of the
 * worker's user: the value the worker's environment has, or the default folder where that exists.
 */
export function findToolchainVariables(
  realHome: string,
  environment: Record<string, string | undefined>,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of TOOLCHAIN_VARIABLES) {
    const path = environment[name];
    if (path && existsSync(path)) found[name] = path;
  }
  for (const [name, folder] of Object.entries(TOOLCHAIN_FOLDERS)) {
    const path = environment[name] || join(realHome, folder);
    if (existsSync(path)) found[name] = path;
  }
  return found;
}
