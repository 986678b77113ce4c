import { ProblemMatchers } from '@crafting-table/contracts/problem-matcher';
import { describe, expect, it } from 'vitest';
import { createLogParsers } from '../create-log-parsers.ts';
import { measureCpuMs } from '../stand-ins/measure-cpu.ts';

const files = new Set(['src/a.x', 'app/src/b.x']);

function parse(matchers: unknown, log: string) {
  const parsers = createLogParsers({
    subproject: '',
    workspaceRoot: '/workspace',
    knownFile: (path) => files.has(path),
    tools: [],
    matchers: ProblemMatchers.parse(matchers),
  });
  parsers.feed(Buffer.from(log));
  return parsers.end({ exitCode: 0 });
}

const oneLine = {
  problemMatcher: {
    owner: 'xlint',
    severity: 'warning',
    fileLocation: ['relative', '.'],
    pattern: {
      regexp: '^(.+?):(\\d+):(\\d+): (?:(error|warning|info) )?\\[(\\w+)\\] (.*)$',
      file: 1,
      line: 2,
      column: 3,
      severity: 4,
      code: 5,
      message: 6,
    },
  },
};

const twoLines = [
  {
    owner: 'stylish',
    pattern: [
      { regexp: '^(\\S.*)$', file: 1 },
      {
        regexp: '^  (\\d+):(\\d+)  (error|warning)  (.*?)  (\\S+)$',
        line: 1,
        column: 2,
        severity: 3,
        message: 4,
        code: 5,
        loop: true,
      },
    ],
  },
];

describe('a problem matcher', () => {
  it('reads one line, with its own severity where the line states none', () => {
    const { findings, toolRuns } = parse(
      oneLine,
      'src/a.x:1:2: [no-x] bad\nsrc/a.x:3:4: error [X1] worse\nother\n',
    );
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ tool: 'xlint', rule_id: 'X1', severity: 'medium', path: 'src/a.x' });
    expect(findings[0]!.region).toEqual({ line: 3, col: 4 });
    expect(toolRuns).toMatchObject([{ tool: 'xlint', completeness: 'complete' }]);
    expect(parse(oneLine, 'src/a.x:1:2: [nox] bad\n').findings[0]).toMatchObject({
      severity: 'low',
      message: 'bad',
    });
  });

  it('reads several lines, and in a loop each further one', () => {
    const log =
      'src/a.x\n  1:2  error  one  r1\n  3:4  warning  two  r2\n\n  5:6  error  lost  r3\nsrc/b.x\n  7:8  error  three  r1\n';
    const { findings } = parse(twoLines, log);
    expect(
      findings.map(({ path_raw, region, rule_id, message }) => [path_raw, region?.line, rule_id, message]),
    ).toEqual([
      ['src/a.x', 1, 'r1', 'one'],
      ['src/a.x', 3, 'r2', 'two'],
      ['src/b.x', 7, 'r1', 'three'],
    ]);
  });

  it('takes a path from the folder of another one, and places written as one', () => {
    const matcher = [
      {
        owner: 'm',
        kind: 'compile_error',
        pattern: [
          {
            regexp: '^(\\S+)\\(([\\d,]+)\\): (.*) \\[(.*)\\]$',
            file: 1,
            location: 2,
            message: 3,
            fromPath: 4,
          },
        ],
      },
    ];
    const { findings } = parse(matcher, 'src/b.x(1,2,3,4): bad [app/m.proj]\n');
    expect(findings).toMatchObject([
      { kind: 'compile_error', path: 'app/src/b.x', region: { line: 1, col: 2, end_line: 3, end_col: 4 } },
    ]);
  });

  it.each([
    ['(?=x)x', 'pattern 1'],
    ['(x)\\1', 'pattern 1'],
    ['(', 'pattern 1'],
    ['no groups', 'there are only 0'],
  ])('whose pattern %j cannot be used is a failed tool run', (regexp, note) => {
    const { toolRuns } = parse([{ owner: 'm', pattern: [{ regexp, message: 1 }] }], 'x\n');
    expect(toolRuns).toMatchObject([{ tool: 'm', completeness: 'failed' }]);
    expect(toolRuns[0]!.note).toContain(note);
  });

  it('is linear on patterns and lines that are hostile', () => {
    const hostile = [{ owner: 'm', pattern: [{ regexp: '^(a+)+(b|.*)*(.*)*$x', message: 1 }] }];
    expect(measureCpuMs(() => parse(hostile, `${'a'.repeat(64 * 1024)}\n`.repeat(5)))).toBeLessThan(3000);
  });

  it('hides what it takes from nobody but the fallbacks', () => {
    expect(parse(oneLine, 'nothing here\n')).toEqual({ findings: [], toolRuns: [], truncated: false });
  });
});

describe('the JSON of problem matchers', () => {
  it.each([
    [[{ owner: 'm', pattern: [] }]],
    [[{ owner: 'm', pattern: [{ regexp: 'x'.repeat(1001) }] }]],
    [[{ owner: '../m', pattern: [{ regexp: 'x' }] }]],
    [[{ owner: 'm', pattern: [{ regexp: 'x', line: -1 }] }]],
    [Array.from({ length: 11 }, () => ({ owner: 'm', pattern: [{ regexp: 'x' }] }))],
  ])('is refused beyond its limits: %#', (stated) => {
    expect(ProblemMatchers.safeParse(stated).success).toBe(false);
  });
});
