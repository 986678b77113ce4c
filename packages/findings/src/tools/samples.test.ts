// Walks over every tool. A tool without samples, a sample without an expectation, a folder without an entry: all fail here.
// After a wanted change of a parser: `vitest run -u packages/findings`, then read the difference.
import { existsSync, readFileSync } from 'node:fs';
import { Finding, ToolRun } from '@crafting-table/contracts/finding';
import { describe, expect, it } from 'vitest';
import type { ParseResult } from '../core/parse-result.ts';
import { listToolFolders, parseSample, readSamples, toolFile } from './read-samples.ts';
import { TOOLS } from './registry.ts';

const folders = listToolFolders();

it('the registry lists exactly the tool folders', () => {
  expect(TOOLS.map((tool) => tool.name).sort()).toEqual(folders.toSorted());
});

describe.each(folders)('%s', (folder) => {
  const samples = readSamples(folder);
  const missing = samples.filter((sample) => !existsSync(sample.expectedPath));

  it('has a declaration, a parser, a README and samples', () => {
    const absent = ['tool.ts', 'parser.ts', 'samples/README.md'].filter(
      (name) => !existsSync(toolFile(folder, name)),
    );
    expect(absent).toEqual([]);
    expect(samples.length).toBeGreaterThan(0);
    expect(missing.map((sample) => sample.variant)).toEqual([]);
  });

  it('names each variant of its samples in the README', () => {
    const readme = readFileSync(toolFile(folder, 'samples/README.md'), 'utf8');
    for (const { variant } of samples) expect(readme).toContain(`| ${variant} |`);
  });

  it('can read something', () => {
    const tool = TOOLS.find(({ name }) => name === folder)!;
    expect([...(tool.logs ?? []), ...(tool.reports ?? [])]).not.toEqual([]);
  });

  it.each(samples)('reads $variant as expected', async (sample) => {
    const result = parseSample(sample);
    await expect(toJsonLines(result)).toMatchFileSnapshot(sample.expectedPath);
  });

  it.each(samples)('reads $variant into valid findings', (sample) => {
    const result = parseSample(sample)!;
    for (const finding of result.findings) expect(Finding.parse(finding)).toEqual(finding);
    for (const toolRun of result.toolRuns) expect(ToolRun.parse(toolRun)).toEqual(toolRun);
    expect([...result.findings, ...result.toolRuns]).not.toEqual([]);
  });
});

function toJsonLines(result: ParseResult | null): string {
  if (result === null) return 'not recognised\n';
  const lines = [
    ...result.findings.map((finding) => ({ finding })),
    ...result.toolRuns.map((toolRun) => ({ tool_run: toolRun })),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
