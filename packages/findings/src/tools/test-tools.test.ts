import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { listToolFolders, readSamples } from './read-samples.ts';
import { TEST_TOOLS } from './test-tools.ts';

test('the tools that run tests are those that say how many, as their samples show', () => {
  const counting = listToolFolders().filter((tool) =>
    readSamples(tool).some((sample) =>
      /"(?:claimed|parsed)":\{[^}]*"tests":/.test(readFileSync(sample.expectedPath, 'utf8')),
    ),
  );
  expect([...TEST_TOOLS].toSorted()).toEqual(counting.toSorted());
});
