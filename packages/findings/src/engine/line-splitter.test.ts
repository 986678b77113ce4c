import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LINE_BYTES_MAX, LINE_MATCHED_CHARS_MAX } from '../core/limits.ts';
import type { LogLine } from '../core/tool.ts';
import { createLineSplitter } from './line-splitter.ts';

function split(...chunks: (string | Uint8Array)[]): LogLine[] {
  const lines: LogLine[] = [];
  const splitter = createLineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.feed(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  splitter.end();
  return lines;
}

const textsOf = (...chunks: (string | Uint8Array)[]) => split(...chunks).map((line) => line.text);

describe('a line', () => {
  it.each([
    ['plain\nnext', ['plain', 'next']],
    ['crlf\r\nnext\r\n', ['crlf', 'next']],
    ['10%\r50%\r100%\n', ['100%']],
    ['10%\rdone\r\r\n', ['done']],
    ['\x1b[1;31mred\x1b[0m \x1b[38;5;12mblue\x1b[K\n', ['red blue']],
    ['\x1b]8;;http://x/\x07link\x1b]8;;\x1b\\ after\n', ['link after']],
    ['\x1b]0;title\x07text\x1b(B\x1b=\n', ['text']],
    ['a\x08b tab\there\x00\x07\n', ['b tab\there']],
    ['\n\n', ['', '']],
    ['broken \x1b[', ['broken ']],
    ['ünïcødé ❯\n', ['ünïcødé ❯']],
  ])('%j shows as %j', (raw, shown) => {
    expect(textsOf(raw)).toEqual(shown);
  });

  it('has a number that counts from 1', () => {
    expect(split('a\n\nb').map((line) => line.number)).toEqual([1, 2, 3]);
  });

  it('replaces bytes that are not UTF-8', () => {
    expect(textsOf(Uint8Array.of(0x61, 0xff, 0x62))).toEqual(['a\u{FFFD}b']);
  });

  it('is cut when it never ends, and only its head may be matched', () => {
    const endless = Array.from({ length: 40 }, () => 'x'.repeat(LINE_BYTES_MAX / 10));
    const [line] = split(...endless, '\nshort\n');
    expect(line!.text).toHaveLength(LINE_BYTES_MAX);
    expect(line!.head).toHaveLength(LINE_MATCHED_CHARS_MAX);
  });

  it('does not depend on where the chunks were cut', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '\n',
        '\r',
        '\r\n',
        '\x1b[31m',
        '\x1b',
        '\x1b]8;;',
        '\x07',
        'é',
        '❯',
        '😀',
        '\x08',
        '[0m',
        'abc',
      ),
      fc.constant('y'.repeat(LINE_BYTES_MAX - 2)),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (pieces, cuts) => {
          const whole = Buffer.from(pieces.join(''));
          const positions = [
            0,
            ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b),
            whole.length,
          ];
          const chunks = positions.slice(1).map((end, index) => whole.subarray(positions[index], end));
          expect(split(...chunks)).toEqual(split(whole));
        },
      ),
      { numRuns: 150 },
    );
  });
});
