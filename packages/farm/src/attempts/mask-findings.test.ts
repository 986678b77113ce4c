import { expect, test } from 'vitest';
import { maskFindings } from './mask-findings.ts';

const READ = {
  findings: [
    {
      kind: 'test_failure',
      message: 'sent with a-long-secret in it',
      related: [{ message: 'a-long-secret' }],
      snippet: ["const token = 'a-long-secret';"],
      occurrences: 1,
    },
  ],
  toolRuns: [],
};

test('a secret is masked wherever in a finding it stands', () => {
  const masked = maskFindings(READ, ['a-long-secret']);
  expect(JSON.stringify(masked)).not.toContain('a-long-secret');
  expect(masked).toMatchObject({ findings: [{ kind: 'test_failure', occurrences: 1 }] });
  expect(masked.findings[0]?.message).toMatch(/^sent with .+ in it$/);
});

test('without secrets findings stay as they were read', () => {
  expect(maskFindings(READ, [])).toBe(READ);
});
