import { expect, test } from 'vitest';
import type { ReadFindings } from './findings-reader.ts';
import { maskFindings } from './mask-findings.ts';

const READ: ReadFindings = {
  findings: [
    {
      kind: 'test_failure',
      tool: 'junit',
      severity: 'high',
      level: 'error',
      message: 'sent with a-long-secret in it',
      related: [{ message: 'a-long-secret' }],
      source: { artifact: 'junit.xml', format: 'junit' },
      occurrences: 1,
    },
  ],
  toolRuns: [],
  count: 1,
};

test('a secret is masked wherever in a finding it stands', () => {
  const masked = maskFindings(READ, ['a-long-secret']);
  expect(JSON.stringify(masked)).not.toContain('a-long-secret');
  expect(masked).toMatchObject({ count: 1, findings: [{ kind: 'test_failure', occurrences: 1 }] });
  expect(masked.findings[0]?.message).toMatch(/^sent with .+ in it$/);
});

test('without secrets findings stay as they were read', () => {
  expect(maskFindings(READ, [])).toBe(READ);
});
