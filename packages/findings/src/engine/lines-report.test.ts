import { describe, expect, it } from 'vitest';
import type { FindingCollector } from '../core/finding-collector.ts';
import { LINE_MATCHED_CHARS_MAX } from '../core/limits.ts';
import type { LogLine, LogParser, ReportReader, ToolRunDraft } from '../core/tool.ts';
import { parseLinesReport } from './lines-report.ts';

/** Reads a file with a parser that closes a run at each line `end`. */
function read(bytes: Uint8Array) {
  const lines: LogLine[] = [];
  const runs: ToolRunDraft[] = [];
  const exitCodes: (number | null)[] = [];
  const collector: FindingCollector = {
    tool: 'x',
    add: () => {},
    resolve: (path) => ({ path, known: false }),
    list: () => [],
    omitted: () => 0,
  };
  const reader: ReportReader = { collect: () => collector, close: (_collector, run) => runs.push(run) };
  parseLinesReport(bytes, 'x', reader, ({ closeRun }): LogParser => {
    return {
      line: (line) => {
        lines.push(line);
        if (line.text === 'end') closeRun({ completeness: 'complete' });
        return 'taken';
      },
      end: ({ exitCode }) => exitCodes.push(exitCode),
    };
  });
  return { lines, runs, exitCodes };
}

describe('a report of lines', () => {
  it('is given to the parser of the log, each line as it would be in a log', () => {
    const { lines } = read(Buffer.from('\x1b[31mone\x1b[0m\r\nprogress\rtwo\nend'));
    expect(lines.map(({ text, number }) => [number, text])).toEqual([
      [1, 'one'],
      [2, 'two'],
      [3, 'end'],
    ]);
  });

  it('is what its parser says of it', () => {
    expect(read(Buffer.from('one\nend\n'))).toMatchObject({
      runs: [{ completeness: 'complete' }],
      exitCodes: [null],
    });
  });

  it('is unknown when its parser says nothing', () => {
    expect(read(Buffer.from('one\n')).runs).toMatchObject([{ completeness: 'unknown' }]);
  });

  it('shows patterns only the beginning of a long line', () => {
    const long = 'x'.repeat(2 * LINE_MATCHED_CHARS_MAX);
    const [line] = read(Buffer.from(long)).lines;
    expect(line?.head).toHaveLength(LINE_MATCHED_CHARS_MAX);
    expect(line?.text).toBe(long);
  });

  it('is read as UTF-16 where it says that it is', () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('end\n', 'utf16le')]);
    expect(read(bytes).runs).toEqual([{ completeness: 'complete' }]);
  });
});
