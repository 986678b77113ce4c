// The words of OSV for the ecosystems that scanners name by package URL or by their own kind of target.

const OF_PURL: Record<string, string> = {
  npm: 'npm',
  pypi: 'PyPI',
  golang: 'Go',
  cargo: 'crates.io',
  gem: 'RubyGems',
  composer: 'Packagist',
  maven: 'Maven',
  nuget: 'NuGet',
  hex: 'Hex',
  pub: 'Pub',
  swift: 'SwiftURL',
  conan: 'ConanCenter',
  github: 'GitHub Actions',
  githubactions: 'GitHub Actions',
  cran: 'CRAN',
  hackage: 'Hackage',
};
/** An operating system's packages: the name space says whose. */
const OF_SYSTEM_PURL = new Set(['deb', 'apk', 'rpm']);
const OF_TARGET: Record<string, string> = {
  ...OF_PURL,
  'node-pkg': 'npm',
  yarn: 'npm',
  pnpm: 'npm',
  bun: 'npm',
  javascript: 'npm',
  pip: 'PyPI',
  pipenv: 'PyPI',
  poetry: 'PyPI',
  uv: 'PyPI',
  'python-pkg': 'PyPI',
  python: 'PyPI',
  gomod: 'Go',
  gobinary: 'Go',
  'go-module': 'Go',
  go: 'Go',
  rustbinary: 'crates.io',
  'rust-crate': 'crates.io',
  rust: 'crates.io',
  bundler: 'RubyGems',
  gemspec: 'RubyGems',
  ruby: 'RubyGems',
  php: 'Packagist',
  'php-composer': 'Packagist',
  packagist: 'Packagist',
  pom: 'Maven',
  jar: 'Maven',
  gradle: 'Maven',
  sbt: 'Maven',
  java: 'Maven',
  'java-archive': 'Maven',
  'dotnet-core': 'NuGet',
  dotnet: 'NuGet',
  alpine: 'Alpine',
  apk: 'Alpine',
  debian: 'Debian',
  deb: 'Debian',
  ubuntu: 'Ubuntu',
  redhat: 'Red Hat',
};

/** From a package URL, else from the tool's own word; a word nobody knows stays as it is. */
export function ecosystemOf(purl: string | undefined, word: string | undefined): string {
  const parts = purl === undefined ? null : /^pkg:([a-z0-9.+-]{1,40})\/(?:([^/@?#]{1,100})\/)?/i.exec(purl);
  const type = parts?.[1]?.toLowerCase();
  if (type !== undefined && Object.hasOwn(OF_PURL, type)) return OF_PURL[type]!; // Just looked up.
  const system = type !== undefined && OF_SYSTEM_PURL.has(type) ? parts?.[2]?.toLowerCase() : undefined;
  return known(system) ?? known(word?.toLowerCase()) ?? word ?? type ?? 'unknown';
}

function known(word: string | undefined): string | undefined {
  return word !== undefined && Object.hasOwn(OF_TARGET, word) ? OF_TARGET[word] : undefined;
}
