import type { JobFinding } from '@crafting-table/contracts/finding-life';
import { Gate } from '@crafting-table/contracts/gate';
import { expect, it } from 'vitest';
import { failedGates, type Counted } from './gates.ts';

const found = (values: Partial<JobFinding>) =>
  ({ kind: 'lint', severity: 'low', state: 'existing', cause: 'code', ...values }) as JobFinding; // All that gates look at.

function ask(gate: object, findings: JobFinding[], before: Counted[] = []) {
  return failedGates([Gate.parse(gate)], findings, (isMeant) => before.filter(isMeant).length);
}

const THREE = [
  found({ state: 'new', severity: 'high', kind: 'cve' }),
  found({ severity: 'medium' }),
  found({ severity: 'unknown' }),
];

it.each([
  [{ metric: 'total' }, 3],
  [{ metric: 'total', kinds: ['lint'] }, 2],
  [{ metric: 'new' }, 1],
  [{ metric: 'new', kinds: ['lint'] }, null],
  // Nobody has said that what is unknown is harmless.
  [{ metric: 'total', min_severity: 'high' }, 2],
  [{ metric: 'total', min_severity: 'medium' }, 3],
  [{ metric: 'total', max: 3 }, null],
])('%j counts %s', (gate, count) => {
  expect(ask(gate, THREE).map((result) => result.found)).toEqual(count === null ? [] : [count]);
});

it('counts how many more there are than before', () => {
  const before = [found({}), found({})];
  expect(ask({ metric: 'delta' }, THREE, before)).toMatchObject([{ found: 1 }]);
  expect(ask({ metric: 'delta', max: 1 }, THREE, before)).toEqual([]);
  expect(ask({ metric: 'delta', kinds: ['cve'] }, THREE, before)).toMatchObject([{ found: 1 }]);
});

it('leaves out what a person accepted, what a tool was told to ignore, and what is not there', () => {
  const away = [
    found({ accepted: { by: 'person', author: 'ann', reason: 'known', until: null } }),
    found({ suppressed: { by: 'source' } }),
    found({ state: 'fixed' }),
    found({ state: 'unknown' }),
  ];
  expect(ask({ metric: 'total' }, away)).toEqual([]);
});

it('does not hold a new advisory or a stricter tool against whoever comes first', () => {
  const news = (['advisory', 'tool_upgrade'] as const).map((cause) => found({ state: 'new', cause }));
  expect(ask({ metric: 'new' }, news)).toEqual([]);
  expect(ask({ metric: 'total' }, news)).toMatchObject([{ found: 2 }]);
});

it('says which gate it was, and what comes of it', () => {
  const gate = { metric: 'total', kinds: ['cve', 'lint'], min_severity: 'low', outcome: 'warn' };
  expect(ask(gate, THREE)).toEqual([
    { gate: 'total of low or worse cve, lint at most 0', outcome: 'warn', found: 3 },
  ]);
});
