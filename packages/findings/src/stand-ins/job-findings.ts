// For tests only: findings of every kind and form, as far as the contract allows them.
import { FINDING_KINDS, type Finding } from '@crafting-table/contracts/finding';
import { FINDING_STATES, INACTION_REASONS, type JobFinding } from '@crafting-table/contracts/finding-life';
import { SEVERITIES } from '@crafting-table/contracts/words';
import * as fc from 'fast-check';

/** Text as it leaves a parser: one line, trimmed, and with whatever makes trouble in files. */
const line = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .map((text) => text.replaceAll(/[\p{Cc}\s\u{FFFD}\u{FFFE}\u{FFFF}]+/gu, ' ').trim() || 'a')
  .map((text) => (Buffer.from(text).toString() === text ? text : 'a'));
const trouble = fc.constantFrom(
  'a<b>&"c\'d]]>',
  '100%, a: b::c',
  '{0} {{1}}',
  'ünï — 🙂',
  '\\u0000',
  '*/ -->',
);
const text = fc.oneof(line, trouble);
const path = fc
  .array(
    fc.oneof(
      fc.constantFrom('src', 'a b', 'ü', '100%', 'a#b?c', 'x:y', '[id]'),
      fc.stringMatching(/^[a-z]{1,8}$/),
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((parts) => parts.join('/'));
const number = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const region = fc.record(
  { line: number, col: number, end_col: number, unit: fc.constantFrom('utf16', 'codepoint', 'byte') },
  { requiredKeys: ['line'] },
);
/** As it comes out of a document: there, minus nought is nought. */
const json = fc.jsonValue({ maxDepth: 2 }).map((value): unknown => JSON.parse(JSON.stringify(value)));
const at = fc.constant('2026-01-02T03:04:05.000Z');

const optional = {
  subproject: path,
  rule_id: fc.stringMatching(/^[A-Z]{1,3}\d{1,4}$/),
  cwe: fc
    .uniqueArray(fc.integer({ min: 1, max: 999 }), { minLength: 1, maxLength: 3 })
    .map((ids) => ids.map((id) => `CWE-${id}`)),
  raw_severity: text,
  detail: text,
  region,
  related: fc.array(fc.record({ path, region, message: text }, { requiredKeys: ['message'] }), {
    minLength: 1,
    maxLength: 3,
  }),
  test: fc.record({ name: text, outcome: fc.constantFrom('failed', 'errored', 'flaky') }),
  package: fc.record({ ecosystem: fc.constant('npm'), name: text, fixed: fc.array(text, { maxLength: 2 }) }),
  advisory: fc.record({ ids: fc.constant<string[]>(['CVE-2026-1', 'GHSA-x']), url: fc.webUrl() }),
  fixable: fc.constantFrom('safe', 'unsafe'),
  help: text,
  suppressed: fc.record(
    { by: fc.constantFrom('source', 'config', 'vex'), reason: text },
    { requiredKeys: ['by'] },
  ),
  accepted: fc.record({ by: fc.constant('person'), author: text, reason: text, until: fc.option(at) }),
  native_fingerprints: fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), fc.stringMatching(/^[a-f0-9]{8}$/), {
    minKeys: 1,
    maxKeys: 3,
  }),
  extra: fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), json, {
    minKeys: 1,
    maxKeys: 3,
  }),
  line_hash: fc.stringMatching(/^[a-f0-9]{32}$/),
  scope: text,
  snippet: fc.array(text, { minLength: 1, maxLength: 5 }),
} satisfies { [Key in keyof JobFinding]?: fc.Arbitrary<unknown> };

const needed = {
  kind: fc.constantFrom(...FINDING_KINDS),
  tool: fc.constantFrom('ruff', 'eslint', 'c&c'),
  severity: fc.constantFrom(...SEVERITIES),
  level: fc.constantFrom('error', 'warning', 'note', 'none'),
  message: text,
  source: fc.constant<Finding['source']>({ artifact: 'log', format: 'x', log_line: 7 }),
  occurrences: fc.integer({ min: 1, max: 9 }),
  fingerprint: fc.stringMatching(/^[a-f0-9]{32}$/),
  fingerprints: fc.constant<{ algorithm: string; value: string }[]>([{ algorithm: 'code/1', value: 'f' }]),
  origin: fc.constantFrom('source', 'generated', 'dependency', 'external'),
  state: fc.constantFrom(...FINDING_STATES),
  cause: fc.constantFrom('code', 'advisory', 'unknown'),
  actionable: fc.record({ yes: fc.boolean(), reasons: fc.subarray([...INACTION_REASONS]) }),
} satisfies { [Key in keyof JobFinding]?: fc.Arbitrary<unknown> };

/** In the repository, outside it, or nowhere. A place without a file has no lines either. */
const place = fc.oneof(
  path.map((inside) => ({ path: inside, path_raw: `./${inside}` })),
  fc
    .constantFrom('/usr/include/a b.h', 'C:\\x\\y.c', '../../up', 'jar:file:/x!/y')
    .map((raw) => ({ path_raw: raw })),
  fc.constant({}),
);

export const jobFinding: fc.Arbitrary<JobFinding> = fc
  .tuple(fc.record({ ...needed, ...optional }, { requiredKeys: keysOf(needed) }), place)
  .map(([{ region: where, ...finding }, stated]) => ({
    ...finding,
    ...stated,
    // What is known of a rule is the same in all its findings.
    ...(finding.rule_id !== undefined && {
      rule_name: `name of ${finding.rule_id}`,
      rule_url: `https://rules.example/${finding.rule_id}`,
    }),
    ...(where !== undefined && 'path_raw' in stated && { region: where }),
  }));

function keysOf<Fields extends object>(fields: Fields): (keyof Fields)[] {
  return Object.keys(fields) as (keyof Fields)[]; // Its own keys are its keys.
}
