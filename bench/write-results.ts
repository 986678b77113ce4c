import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './measure-figure.ts';
import { renderFloors, renderTable } from './render-results.ts';

const FILE = fileURLToPath(new URL('./RESULTS.md', import.meta.url));

/** `machine` is a list of facts, a line each. */
export async function writeResults(outcomes: readonly Outcome[], machine: readonly string[]): Promise<void> {
  const lines = [
    '# What the farm takes, beside what the machine takes without it',
    '',
    'Written by `npm run bench`. Floors are measured in the same run; a ratio is value over floor.',
    '',
    ...machine.map((fact) => `- ${fact}`),
    `- measured on ${new Date().toISOString().slice(0, 10)}`,
    '',
    renderTable(outcomes),
    '',
    'Floors:',
    '',
    renderFloors(outcomes),
    '',
  ];
  await writeFile(FILE, lines.join('\n'));
}
