// After a change of a declaration: `vitest run -u packages/findings/src/tools/render-formats.test.ts`.
import { expect, test } from 'vitest';
import { TOOLS } from './registry.ts';
import { renderFormats } from './render-formats.ts';

test('docs/formats.md says what the tools declare', async () => {
  await expect(renderFormats(TOOLS)).toMatchFileSnapshot('../../../../docs/formats.md');
});

test('every ecosystem has a title, and every tool a row', () => {
  const text = renderFormats(TOOLS);
  for (const { name } of TOOLS) {
    expect(text).toContain(`| \`${name}\``);
    expect(text).not.toContain(`\n## ${name.split('/')[0]}\n`);
  }
});
