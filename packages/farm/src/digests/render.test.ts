import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NotifyEvent } from '@crafting-table/contracts/project';
import type { DigestFacts, FiringFact } from '@crafting-table/database/digests/facts';
import { composeDigest } from './compose-digest.ts';
import { subjectOf } from './digest-words.ts';
import { PAGE_BYTES_MAX, TEXT_BYTES_MAX } from './fit-digest.ts';
import { isWanted } from './judge-events.ts';
import { mailHtml, renderHtml } from './render-html.ts';
import { mailText, renderText } from './render-text.ts';
import { brokenJob, EVENTFUL, finding, HEAD, PUBLIC_URL, QUIET, recipe } from './stand-ins/digest-facts.ts';

const PAGE = fileURLToPath(new URL('../../../../docs/digest.md', import.meta.url));
const EXAMPLE = /(<!-- example -->\n```text\n)[^]*?(```\n)/;

test('the worked example of docs/digest.md is what comes of its facts', async () => {
  const digest = composeDigest(HEAD, EVENTFUL);
  const text = `Subject: ${subjectOf(digest)}\n\n${mailText(digest, PUBLIC_URL)}`;
  const page = await readFile(PAGE, 'utf8');
  expect(page).toMatch(EXAMPLE);
  await expect(page.replace(EXAMPLE, (_, begin, end) => `${begin}${text}${end}`)).toMatchFileSnapshot(PAGE);
});

describe('a digest', () => {
  test('has its sections in order, counts what it does not list, and says what happened', () => {
    const digest = composeDigest(HEAD, EVENTFUL);
    expect(digest.sections.map(({ name, total }) => [name, total])).toEqual([
      ['new', 3],
      ['fixed', 1],
      ['open', 61],
      ['flaky', 1],
      ['not_checked', 2],
      ['lost', 1],
    ]);
    expect(digest.trend.at(-1)).toEqual({ date: HEAD.date, open: 64 });
    expect(digest.events).toEqual([
      'lint_warn',
      'cve_found',
      'new_findings',
      'fixed',
      'not_checked',
      'nightly_summary',
    ]);
  });

  test('is wanted for what its project asked for, or for what matters when it asked for nothing', () => {
    expect(isWanted(['fixed', 'lint_warn'], [])).toBe(false);
    expect(isWanted(['cve_found'], [])).toBe(true);
    expect(isWanted(['fixed'], ['fixed'])).toBe(true);
    expect(isWanted(['cve_found'], ['fixed'])).toBe(false);
  });

  test.each<[NotifyEvent, Partial<DigestFacts>]>([
    [
      'audit_fail',
      { recipes: [recipe({ recipe: 'audit', failures: 1, failed: 1 }, { status: 'failed', exitCode: 1 })] },
    ],
    ['audit_pass', { recipes: [recipe({ recipe: 'audit' })] }],
    ['build_fail', { recipes: [recipe({ failures: 1, failed: 1 }, { status: 'failed', exitCode: 1 })] }],
    ['test_fail', { recipes: [recipe({ recipe: 'test', failures: 1, failed: 1, ended: 2 })] }],
    [
      'test_fail',
      { recipes: [recipe({ recipe: 'test', failed: 1 }, { status: 'failed', reason: 'timeout' })] },
    ],
    ['recovered', { recipes: [recipe({ before: 'failed' })] }],
    ['recovered', { recipes: [recipe({ failures: 1, failed: 1, ended: 2 })] }],
    ['cve_found', { findings: [finding({ kind: 'cve', hasFlaw: true })] }],
    ['lint_warn', { findings: [finding({ kind: 'lint', recipe: 'lint', hasLint: true })] }],
    ['new_findings', { findings: [finding()] }],
    ['fixed', { findings: [finding({ class: 'fixed' })] }],
    ['nightly_summary', { fired: 1 }],
    ['not_checked', { broken: [brokenJob({ reason: 'tool_missing' })] }],
  ])('says %s', (event, facts) => {
    expect(composeDigest(HEAD, { ...QUIET, ...facts }).events).toContain(event);
  });
});

test('a recipe that fails is new or old by when it began to fail, and one that failed in between has recovered', () => {
  const old = new Date('2026-04-05T09:30:00Z');
  const failing = { status: 'failed', exitCode: 2 } as const;
  const digest = composeDigest(HEAD, {
    ...QUIET,
    recipes: [
      recipe(
        { failingSince: new Date('2026-05-05T03:00:00Z'), failures: 1, failed: 1, before: 'failed' },
        failing,
      ),
      recipe(
        { recipe: 'lint', failingSince: old, failures: 3, failed: 3, ended: 3, before: 'failed' },
        failing,
      ),
      recipe({ recipe: 'audit', toolRuns: [run({})], failures: 1, failed: 1, ended: 4 }),
    ],
  });
  expect(digest.sections.map(({ name, lines }) => [name, lines.map(({ what }) => what)])).toEqual([
    ['new', ['build fails with exit code 2, 0 findings']],
    ['fixed', ['audit passes again, after 1 of 4 jobs failed']],
    ['open', ['lint fails with exit code 2, 0 findings; 3 of 3 jobs failed']],
  ]);
  expect(renderText(digest, PUBLIC_URL)).toContain('since 2026-04-05 02:30, open for 30 days');
});

test('a finding that is on two branches can be told apart: the one that is not the default branch is named', () => {
  const findings = [finding(), finding({ branch: 'release' })];
  const [section] = composeDigest(HEAD, { ...QUIET, findings }).sections;
  expect(section!.lines.map(({ where }) => where)).toEqual(['src/lamp.c:12', 'src/lamp.c:12 on release']);
});

test('a known flaw has its line, however many recipes fail', () => {
  const since = { failingSince: new Date('2026-05-05T03:00:00Z'), failures: 1, failed: 1 };
  const recipes = Array.from({ length: 60 }, () => recipe(since, { status: 'failed', exitCode: 1 }));
  const findings = [finding({ kind: 'cve', message: 'a flaw', total: 2 }), finding({ total: 2 })];
  const [section] = composeDigest(HEAD, { ...QUIET, recipes, findings }).sections;
  expect(section).toMatchObject({ name: 'new', total: 62 });
  expect(section!.lines).toHaveLength(50);
  expect(section!.lines[0]!.what).toContain('a flaw');
  expect(section!.lines[1]!.what).toContain('build fails');
});

test('all is not well while a recipe fails that did not run again: it is still open, with its age', () => {
  const { subproject, branch, last } = recipe({}, { status: 'failed', exitCode: 2 });
  const failingSince = new Date('2026-05-02T09:30:00Z');
  const standing = [
    { subproject, branch, recipe: 'lint' as const, ended: 0, failures: 0, failingSince, last },
  ];
  const digest = composeDigest(HEAD, { ...QUIET, recipes: [recipe()], standing });
  expect(digest.sections).toMatchObject([
    { name: 'open', total: 1, lines: [{ what: 'lint fails with exit code 2, 0 findings' }] },
  ]);
  expect(digest).toMatchObject({ ran: { recipes: 1, passed: 1 }, events: [] });
  expect(renderText(digest, PUBLIC_URL)).toContain('since 2026-05-02 02:30, open for 3 days');
});

test('what nobody could check is counted beyond fifty too', () => {
  const broken = Array.from({ length: 50 }, () => brokenJob({ reason: 'tool_missing', total: 120 }));
  const firing = { ...EVENTFUL.firings[0]!, total: 3 };
  const [section] = composeDigest(HEAD, { ...QUIET, broken, firings: [firing] }).sections;
  expect(section).toMatchObject({ name: 'not_checked', total: 123 });
});

test('an audit that began late is said to have begun, also when that was after the digest ended', () => {
  const overdue = { ...EVENTFUL.firings[0]!, fate: 'overdue' as const };
  const firings = [overdue, { ...overdue, missed: 0 }, { ...overdue, missed: 0, late: false }];
  const [section] = composeDigest(HEAD, { ...QUIET, firings }).sections;
  const time = '2026-05-05 02:30 (America/Los_Angeles)';
  expect(section!.lines.map(({ what }) => what)).toEqual([
    `2 scheduled audits missed before that of ${time}, which began late`,
    `the scheduled audit of ${time} began only after the end of this digest`,
    `the scheduled audit of ${time} has not begun`,
  ]);
});

describe('green because nothing ran is never shown as green', () => {
  test.each<[string, DigestFacts]>([
    ['nothing ran', QUIET],
    ['nothing that ran has ended', { ...QUIET, fired: 1 }],
    [
      'a test passed with zero tests',
      { ...QUIET, recipes: [recipe({ recipe: 'test', toolRuns: [run({ tests: 0 })] })] },
    ],
    [
      'every test was skipped',
      {
        ...QUIET,
        recipes: [
          recipe({
            recipe: 'test',
            tests: { ran: 2, failed: 0 },
            toolRuns: [run({ tests: 2, skipped: 2 })],
          }),
        ],
      },
    ],
    [
      'one of two tools ran zero tests',
      {
        ...QUIET,
        recipes: [
          recipe({
            recipe: 'test',
            tests: { ran: 2, failed: 0 },
            toolRuns: [run({ tests: 2 }), { ...run({ tests: 0 }), tool: 'jest' }],
          }),
        ],
      },
    ],
    ['a test passed and no test was heard of', { ...QUIET, recipes: [recipe({ recipe: 'test' })] }],
    [
      'a tool that the recipe is said to run was not heard of',
      {
        ...QUIET,
        recipes: [
          recipe({
            recipe: 'lint',
            toolRuns: [{ ...run({}), tool: 'eslint', completeness: 'unknown', unseen: true }],
          }),
        ],
      },
    ],
    ['a scheduled audit waits for a worker', { ...QUIET, recipes: [recipe()], firings: [firing('waiting')] }],
    ['a scheduled audit was cancelled', { ...QUIET, recipes: [recipe()], firings: [firing('cancelled')] }],
    ['a scheduled audit never began', { ...QUIET, recipes: [recipe()], firings: [firing('overdue')] }],
    ['an audit passed and said nothing', { ...QUIET, recipes: [recipe({ recipe: 'audit' })] }],
    [
      'a tool was missing',
      { ...QUIET, recipes: [recipe()], broken: [brokenJob({ reason: 'tool_missing' })] },
    ],
    [
      'the database of advisories is stale',
      {
        ...QUIET,
        recipes: [
          recipe({
            recipe: 'audit',
            toolRuns: [{ ...run({}), tool: 'grype', database_at: '2026-03-26T09:00:00.000Z' }],
          }),
        ],
      },
    ],
  ])('when %s', (_, facts) => {
    const digest = composeDigest(HEAD, facts);
    const text = renderText(digest, PUBLIC_URL);
    expect(text).not.toContain('All is well');
    expect(text).toContain('NOT CHECKED (1)');
    expect(digest.events).toContain('not_checked');
  });

  test('but a test that told of its tests, and an audit with fresh advisories, are', () => {
    const toolRuns = [{ ...run({ tests: 3 }), database_at: '2026-05-01T09:00:00.000Z' }];
    const recipes = [
      recipe({ recipe: 'test', tests: { ran: 3, failed: 0 }, toolRuns }),
      recipe({ recipe: 'audit', toolRuns }),
    ];
    expect(composeDigest(HEAD, { ...QUIET, recipes }).sections).toEqual([]);
  });

  test('and one line says so when all is well', () => {
    const digest = composeDigest(HEAD, { ...QUIET, recipes: [recipe(), recipe({ recipe: 'lint' })] });
    expect(renderText(digest, PUBLIC_URL)).toContain(
      'All is well: 2 recipes ran, 2 passed, nothing is open.',
    );
    expect(subjectOf(digest)).toBe('[attic] all is well');
  });
});

describe('a mail', () => {
  test('of very many long findings is cut short, with the rest counted and linked', () => {
    const long = finding({ message: '<&"\'>'.repeat(400), path: `src/${'&'.repeat(3000)}.c`, total: 4000 });
    const classes = ['new', 'fixed', 'open', 'flaky'] as const;
    const findings = classes.flatMap((each) => Array.from({ length: 50 }, () => ({ ...long, class: each })));
    const digest = composeDigest(HEAD, { ...QUIET, findings });
    const page = mailHtml(digest, PUBLIC_URL, 'cid:x', PAGE_BYTES_MAX);
    expect(Buffer.byteLength(page)).toBeLessThan(PAGE_BYTES_MAX);
    expect(Buffer.byteLength(mailText(digest, PUBLIC_URL))).toBeLessThan(TEXT_BYTES_MAX);
    expect(page).toMatch(/and 39\d\d more/);
    expect(page).toContain(`${PUBLIC_URL}/projects/attic/findings`);
  });

  test('leaves out what its page shows, and what the page leaves out is in a list', () => {
    const long = finding({ class: 'fixed', message: 'x'.repeat(2000), path: 'y'.repeat(2000), total: 90 });
    const findings = Array.from({ length: 50 }, () => long);
    const broken = Array.from({ length: 50 }, () => brokenJob({ total: 70 }));
    const digest = composeDigest(HEAD, { ...QUIET, findings, broken });
    const mail = mailHtml(digest, PUBLIC_URL, 'cid:x', PAGE_BYTES_MAX / 2);
    expect(mail).toMatch(/digests\/2026-05-05\/attic\.html"[^>]*>and (4[1-9]|[5-9]\d) more/);
    const page = renderHtml(digest, PUBLIC_URL, 'data:x');
    expect(page).toMatch(/\/jobs\?project=attic"[^>]*>and 40 more/);
    expect(page).toMatch(/\/jobs\?project=attic&amp;status=failed"[^>]*>and 20 more/);
    expect(renderText(digest, PUBLIC_URL)).toContain(
      `and 20 more: ${PUBLIC_URL}/jobs?project=attic&status=failed`,
    );
  });

  test('is safe against whatever stands in a finding', () => {
    const hostile = fc.string({ unit: 'binary', maxLength: 200 });
    const nasty = fc.oneof(
      hostile,
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        '\u001b[31mred',
        'a\r\nBcc: x@y.example',
        '\u202egnp.exe',
      ),
    );
    fc.assert(
      fc.property(nasty, nasty, (message, path) => {
        const digest = composeDigest(HEAD, {
          ...QUIET,
          findings: [finding({ message, path, rule: message })],
        });
        const page = renderHtml(digest, PUBLIC_URL, 'cid:x');
        expect(
          page.match(/<[a-z!][^\s>]*/gi)!.filter((tag) => /script|img|iframe|svg|object/i.test(tag)),
        ).toEqual(['<img']);
        const text = renderText(digest, PUBLIC_URL) + page;
        expect(text).not.toMatch(
          /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/,
        );
        expect(text.isWellFormed()).toBe(true);
        expect(subjectOf(digest)).not.toMatch(/[\r\n]/);
      }),
    );
  }, 30_000);
});

function firing(fate: FiringFact['fate']): FiringFact {
  return { ...EVENTFUL.firings[0]!, fate, late: false, missed: 0 }; // There is one.
}

function run(claimed: Record<string, number>) {
  return {
    tool: 'pytest',
    completeness: 'complete' as const,
    source: { artifact: 'log', format: 'junit' },
    claimed,
  };
}
