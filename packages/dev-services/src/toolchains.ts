// Which toolchains this machine has, and what to install where one is missing.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export type Toolchain = {
  /** A command that ends well where the toolchain works. A file of that name is no proof: version managers and macOS have stubs. */
  probe: readonly [program: string, ...args: string[]];
  /** Debian's names of what has to be installed. */
  debian: string;
};

export const TOOLCHAINS = {
  python: { probe: ['python3', '--version'], debian: 'python3' },
  pytest: { probe: ['python3', '-m', 'pytest', '--version'], debian: 'python3-pytest' },
  node: { probe: ['node', '--version'], debian: 'nodejs' },
  go: { probe: ['go', 'version'], debian: 'golang-go' },
  cargo: { probe: ['cargo', '--version'], debian: 'cargo' },
  javac: { probe: ['javac', '-version'], debian: 'default-jdk-headless' },
  cc: { probe: ['cc', '--version'], debian: 'gcc libc6-dev' },
  make: { probe: ['make', '--version'], debian: 'make' },
  cmake: { probe: ['cmake', '--version'], debian: 'cmake' },
  minitest: { probe: ['ruby', '-rminitest', '-e', '0'], debian: 'ruby ruby-minitest' },
  rspec: { probe: ['rspec', '--version'], debian: 'ruby ruby-rspec' },
  php: { probe: ['php', '--version'], debian: 'php-cli' },
  shellcheck: { probe: ['shellcheck', '--version'], debian: 'shellcheck' },
  bats: { probe: ['bats', '--version'], debian: 'bats' },
} as const satisfies Record<string, Toolchain>;
export type ToolchainName = keyof typeof TOOLCHAINS;
export const TOOLCHAIN_NAMES = Object.keys(TOOLCHAINS) as ToolchainName[]; // Object.keys() forgets the type of the keys.

/** A probe that takes longer belongs to no toolchain that anybody would want to use. */
const PROBE_MS = 20_000;

/** Of the toolchains, those that do not work for a process with this environment. */
export async function findMissingToolchains(
  names: readonly ToolchainName[],
  environment: NodeJS.ProcessEnv,
): Promise<ToolchainName[]> {
  const unique = [...new Set(names)];
  const works = await Promise.all(unique.map((name) => canRun(TOOLCHAINS[name].probe, environment)));
  return unique.filter((_, index) => !works[index]);
}

async function canRun([program, ...args]: Toolchain['probe'], env: NodeJS.ProcessEnv): Promise<boolean> {
  return promisify(execFile)(program, args, { env, timeout: PROBE_MS }).then(
    () => true,
    () => false,
  );
}

/** A line for people: `go: apt-get install golang-go`. */
export function howToInstall(name: ToolchainName): string {
  return `${name}: apt-get install ${TOOLCHAINS[name].debian}`;
}
