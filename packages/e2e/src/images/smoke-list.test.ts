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

/** Where a tool goes by another name than the package, the lock file or the stage that brings it. */
const BROUGHT_AS: Record<string, string> = {
  cargo: 'rust',
  clippy: 'clippy',
  clang: 'clang',
  cmake: 'cmake',
  fd: 'fd-find',
  'java-17': 'openjdk-17-jdk-headless',
  'java-21': 'jdk21',
  kotlinc: 'kotlin',
  mvn: 'maven',
  nix: 'nix-bin',
  bundle: 'bundler',
  'bundle-audit': 'bundler-audit',
  npm: 'node',
  php: 'php-cli',
  pytest: 'python3-pytest',
  rg: 'ripgrep',
  rustc: 'rust',
  swiftc: 'swift',
  tsc: 'typescript',
};

describe('the tools that smoke.sh names', () => {
  test('are each brought by the stage that it names', () => {
    for (const { tool, stage } of checks) {
      const wanted = BROUGHT_AS[tool] ?? tool;
      expect(textOfStage(stage), `${tool} of stage ${stage}`).toMatch(
        new RegExp(`(^|[^\\w])${wanted}([^\\w]|$)`, 'm'),
      );
    }
  });

  test('come from every stage that the worker copies from, and from no other', () => {
    const copied = lastStage(worker)
      .instructions.map(({ text }) => /^--from=(\S+)/.exec(text)?.[1])
      .filter((name) => name !== undefined);
    expect([...new Set(checks.map(({ stage }) => stage))].toSorted()).toEqual(['apt', ...copied].toSorted());
    const written = lastStage(worker).instructions.find(({ text }) =>
      text.includes('/etc/crafting-table/stages'),
    )!;
    expect(/'%s\\n'|%s\\n ([\w\- ]+) >/.exec(written.text)).not.toBeNull();
    const listed = /printf '%s\\n' ([\w\- ]+) >\/etc\/crafting-table\/stages/
      .exec(written.text)![1]!
      .split(' ');
    expect(listed.toSorted()).toEqual(['apt', ...copied].toSorted());
  });

  test('are each checked by a function of their own', () => {
    const text = readFileSync(SMOKE, 'utf8');
    const defined = [...text.matchAll(/^check_(\w+)\(\) \{$/gm)]
      .map((match) => match[1]!)
      .filter((name) => name !== 'names');
    expect(defined.toSorted()).toEqual(
      checks.map(({ toolchain, tool }) => `${toolchain}_${tool}`.replaceAll('-', '_')).toSorted(),
    );
  });
});

function textOfStage(stage: string): string {
  const files: Record<string, string> = {
    python: 'images/python-tools/requirements.in',
    'node-tools': 'images/node-tools/package.json',
    'go-tools': 'images/go-tools/go.mod',
  };
  const file = files[stage];
  if (file !== undefined) return readFileSync(join(ROOT, file), 'utf8');
  const found = worker.stages.find(({ name }) => name === (stage === 'apt' ? 'debian' : stage));
  return [stage, ...(found?.instructions ?? []).map(({ text }) => text)].join('\n');
}
