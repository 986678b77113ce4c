import { describe, expect, it } from 'vitest';
import { createLogParsers, type LogContext } from './create-log-parsers.ts';
import { FINDINGS_PER_TOOL_MAX } from './core/limits.ts';
import { measureCpuMs } from './stand-ins/measure-cpu.ts';

const context: LogContext = {
  subproject: 'app',
  workspaceRoot: '/workspace',
  knownFile: (path) => path.startsWith('app/src/'),
};

function parse(log: string, exitCode: number | null = 0, more: Partial<LogContext> = {}) {
  const parsers = createLogParsers({ ...context, ...more });
  parsers.feed(Buffer.from(log));
  return parsers.end({ exitCode });
}

describe('the log of a recipe', () => {
  it('that holds nothing known yields no findings and no tool run', () => {
    expect(parse('all is well\n')).toEqual({ findings: [], toolRuns: [], truncated: false });
  });

  it('gets a tool run for a declared tool even when that reported nothing', () => {
    const { toolRuns } = parse('all is well\n', 0, { declaredTools: ['generic/compiler-lines'] });
    expect(toolRuns).toMatchObject([
      { tool: 'compiler-lines', completeness: 'unknown', unseen: true, parsed: { findings: 0 } },
    ]);
  });

  it.each([
    [0, 'complete'],
    [2, 'unknown'],
    [null, 'partial'],
  ])('with exit code %s is %s', (exitCode, completeness) => {
    const { toolRuns } = parse('src/a.c:1:2: error: bad\n', exitCode);
    expect(toolRuns.map((toolRun) => toolRun.completeness)).toEqual([completeness]);
  });

  it('maps paths into the repository and keeps what lies outside raw', () => {
    const { findings } = parse('src/a.c:1:2: error: one\n/usr/include/x.h:3:4: error: two\n');
    expect(findings.map(({ path, path_raw }) => [path, path_raw])).toEqual([
      ['app/src/a.c', 'src/a.c'],
      [undefined, '/usr/include/x.h'],
    ]);
  });

  it('keeps so many findings and counts the others', () => {
    const log = Array.from(
      { length: FINDINGS_PER_TOOL_MAX + 7 },
      (_, i) => `src/a.c:${i + 1}:1: error: bad\n`,
    );
    const { findings, toolRuns, truncated } = parse(log.join(''));
    expect(findings).toHaveLength(FINDINGS_PER_TOOL_MAX);
    expect(toolRuns).toMatchObject([
      { completeness: 'partial', omitted_findings: 7, parsed: { findings: FINDINGS_PER_TOOL_MAX + 7 } },
    ]);
    expect(truncated).toBe(true);
  });

  it('is read in linear time when its lines are hostile', () => {
    const seeds = [
      'a.c:1:2: [',
      'a.c(1,',
      'src/a ',
      'a:1:',
      '((((',
      '[[x',
      ' (a-',
      'a-b',
      'A1 ',
      '\x1b[1',
      '\x1b]8;',
      '\r',
      '\x08',
    ];
    const took = measureCpuMs(() => {
      for (const seed of seeds) {
        const line = seed.repeat(Math.ceil(65_536 / seed.length));
        parse(`${line}\nsrc/a.c:1:2: error: ${line}\nsrc/a.c:1:2: ${line})\nsrc/a.c:1:2: ${line}]\n`);
      }
    });
    expect(took).toBeLessThan(2000);
  });

  it('keeps what a line said beyond the part that was matched', () => {
    const { findings } = parse(`src/a.c:1:2: error: ${'long '.repeat(2000)}end\n`);
    expect(findings[0]!.message.length).toBeLessThanOrEqual(1024);
    expect(findings[0]!.detail).toContain('end');
  });
});
