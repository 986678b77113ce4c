// smoke.sh and Dockerfile.worker have to agree on what there is.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lastStage, readDockerfile, ROOT } from './dockerfile.ts';

const SMOKE = join(ROOT, 'smoke.sh');
const worker = readDockerfile('Dockerfile.worker');
const checks = execFileSync(SMOKE, ['--list'], { encoding: 'utf8' })
  .trim()
  .split('\n')
  .map((line) => {
    const [toolchain = '', tool = '', stage = ''] = line.split(' ');
    return { toolchain, tool, stage };
  });

/** Debian's packages, where they are not called like the tool that smoke.sh looks for. */
const DEBIAN_PACKAGES: Record<string, string> = {
  bundle: 'bundler',
  fd: 'fd-find',
  'java-17': 'openjdk-17-jdk-headless',
  nix: 'nix-bin',
  php: 'php-cli',
  pytest: 'python3-pytest',
  rg: 'ripgrep',
};

/** What the commands of a stage say where they bring a tool. Those that stand in a loop of links are found there. */
const BROUGHT_BY: Record<string, string> = {
  node: '/node-v${NODE22_VERSION}-linux-x64.tar.xz"',
  npm: '/node-v${NODE22_VERSION}-linux-x64.tar.xz"',
  bun: 'package/bin/bun /opt/bun/bin/bun',
  go: 'golang.org/toolchain@v0.0.1-go${GO_VERSION}.linux-amd64" /opt/go',
  staticcheck: '-o /opt/go-tools/bin/ honnef.co/go/tools/cmd/staticcheck',
  govulncheck: ' golang.org/x/vuln/cmd/govulncheck',
  rustc: '--components=rustc,',
  cargo: ',cargo,',
  clippy: ',clippy-preview,',
  rustfmt: ',rustfmt-preview ',
  'cargo-audit': '--root /opt/rust-tools --path "cargo-audit-${CARGO_AUDIT_VERSION}"',
  'cargo-deny': '--root /opt/rust-tools --path "cargo-deny-${CARGO_DENY_VERSION}"',
  'bundle-audit': 'exec ruby /opt/ruby/gem-bin/bundle-audit "$@"\' >/opt/ruby/bin/bundle-audit',
  phpstan: 'phpstan.phar /opt/php/bin/phpstan',
  'java-21': 'jdk.tar.gz --directory /opt/jdk21',
  mvn: 'maven.tar.gz --directory /opt/maven',
  gradle: 'mv "gradle-${GRADLE_VERSION}" /opt/gradle',
  kotlinc: 'mv kotlinc /opt/kotlin',
  dotnet: 'dotnet.tar.gz --directory /opt/dotnet',
};

/** The links of a stage that are no tool of smoke.sh: what comes along with one, or what Debian has, too. */
const COMPANIONS = ['uvx', 'dmypy', 'pytest', 'pnpx', 'swift-*'];

const ofStage = (stage: string) => checks.filter((check) => check.stage === stage).map(({ tool }) => tool);

describe('the tools that smoke.sh names', () => {
  test('are packages that the stage of Debian installs', () => {
    const packages = packagesOf('debian');
    for (const tool of ofStage('apt')) expect(packages).toContain(DEBIAN_PACKAGES[tool] ?? tool);
  });

  test('can start: bundle-audit stands on a thor, which is Debian’s', () => {
    expect(commandsOf('ruby')).toContain('--ignore-dependencies');
    expect(packagesOf('debian')).toContain('ruby-thor');
    expect(commandsOf('ruby')).toContain('GEM_PATH=/opt/ruby/gems: exec');
  });

  test('are each brought by a command of the stage that is named', () => {
    for (const { tool, stage } of checks) {
      if (stage === 'apt' || linksOf(stage).includes(tool)) continue;
      expect(BROUGHT_BY, `nobody knows what brings ${tool}`).toHaveProperty([tool]);
      expect(commandsOf(stage), `${tool} of stage ${stage}`).toContain(BROUGHT_BY[tool]);
    }
  });

  test.each(['node-tools', 'python', 'swift'])('are just those that the stage %s has links for', (stage) => {
    const links = linksOf(stage).filter((name) => !COMPANIONS.includes(name));
    expect(links.toSorted()).toEqual(ofStage(stage).toSorted());
  });

  test('stand in the lock files of the stages that have some', () => {
    const wheels = readText('images/python-tools/requirements.txt');
    for (const tool of ofStage('python')) expect(wheels).toMatch(new RegExp(`^${tool}==[\\d.]+ \\\\$`, 'm'));
    const { packages } = JSON.parse(readText('images/node-tools/package-lock.json'));
    const programs = Object.values<{ bin?: object }>(packages).flatMap(({ bin }) => Object.keys(bin ?? {}));
    const fetched = ['pnpm']; // Its checksum stands at the top of Dockerfile.worker.
    expect(ofStage('node-tools').filter((tool) => !programs.includes(tool))).toEqual(fetched);
    const modules = readText('images/go-tools/go.sum');
    for (const module of ['honnef.co/go/tools', 'golang.org/x/vuln'])
      expect(modules).toContain(`${module} v`);
  });

  test('come from every stage that the worker copies from, and from no other', () => {
    const copied = lastStage(worker)
      .instructions.map(({ text }) => /^--from=(\S+)/.exec(text)?.[1])
      .filter((name) => name !== undefined);
    expect([...new Set(checks.map(({ stage }) => stage))].toSorted()).toEqual(['apt', ...copied].toSorted());
  });

  test('are each checked by a function of their own', () => {
    const text = readText('smoke.sh');
    const defined = [...text.matchAll(/^check_(\w+)\(\) \{$/gm)]
      .map((match) => match[1]!)
      .filter((name) => name !== 'names');
    expect(defined.toSorted()).toEqual(
      checks.map(({ toolchain, tool }) => `${toolchain}_${tool}`.replaceAll('-', '_')).toSorted(),
    );
  });
});

/** What the RUN and COPY of a stage say, on one line. */
function commandsOf(stage: string): string {
  const { instructions } = worker.stages.find(({ name }) => name === stage)!;
  return instructions
    .filter(({ keyword }) => keyword === 'RUN' || keyword === 'COPY')
    .map(({ text }) => text.replaceAll(/\s+/g, ' '))
    .join(' && ');
}

function packagesOf(stage: string): string[] {
  return /apt-get install --yes --no-install-recommends ([^&]*) &&/.exec(commandsOf(stage))![1]!.split(' ');
}

/** The names that a stage makes links for. */
function linksOf(stage: string): string[] {
  const loops = commandsOf(stage).matchAll(/for tool in ([^;]+); do [^;]*\bln -s [^;]*; done/g);
  return [...loops].flatMap(([, names]) => names!.split(' '));
}

function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
