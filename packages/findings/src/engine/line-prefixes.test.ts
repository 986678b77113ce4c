import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOG_STREAMS_MAX } from '../core/limits.ts';
import { createNameLayer, createTimeLayer } from './line-prefixes.ts';

/** Each line with its stream, in the order they were given out. */
function read(log: string): [stream: string, text: string][] {
  const out: [string, string][] = [];
  const names = createNameLayer((line, stream) => out.push([stream, line.text]));
  const times = createTimeLayer(names.line);
  for (const [index, text] of log.split('\n').entries()) {
    times.line({ head: text, text, number: index + 1 }, '');
  }
  times.end();
  names.end();
  return out;
}

const repeat = (prefix: string, count = 4) =>
  Array.from({ length: count }, (_, i) => `${prefix}line ${i}`).join('\n');

describe('a prefix in front of every line', () => {
  it.each([
    ['2024-05-01T10:00:00.1234567Z ', ''],
    ['2024-05-01T10:00:00.123456Z 01O ', ''],
    ['2024-05-01T10:00:00+02:00 ', ''],
    ['[12:34:56] ', ''],
    ['12:34:56 ', ''],
    ['web-1  | ', 'bar web-1'],
    ['12:34:56 web.1     | ', 'bar web.1'],
    ['@shop/web:build: ', 'task @shop/web:build:'],
    ['web:test: ', 'task web:test:'],
    ['hello-2.12> ', 'nix hello-2.12>'],
    ['#12 3.456 ', 'step #12'],
  ])('%j is taken away', (prefix, stream) => {
    expect(read(repeat(prefix))).toEqual([0, 1, 2, 3].map((i) => [stream, `line ${i}`]));
  });

  it('is taken from empty lines as well', () => {
    expect(read('web  | a\nweb  |\nweb  | \nweb  |   b').map(([, text]) => text)).toEqual([
      'a',
      '',
      '',
      '  b',
    ]);
  });

  it('of several programs makes several streams', () => {
    const log = 'Attaching to db, web\nweb  | a\ndb   | 1\nweb  | b\ndb   | 2\nweb  | c\nother line';
    expect(read(log)).toEqual([
      ['', 'Attaching to db, web'],
      ['bar web', 'a'],
      ['bar db', '1'],
      ['bar web', 'b'],
      ['bar db', '2'],
      ['bar web', 'c'],
      ['', 'other line'],
    ]);
  });

  it('makes a bounded number of streams and still goes', () => {
    const names = Array.from({ length: 100 }, (_, i) => `p${i}:build: `);
    const streams = read([...names, ...names, ...names].map((name) => `${name}x`).join('\n'));
    expect(new Set(streams.map(([stream]) => stream)).size).toBeLessThanOrEqual(LOG_STREAMS_MAX);
  });
});

describe('what only looks like a prefix stays', () => {
  it.each([
    ['web  | a\nweb  | b\nsomething else'],
    [repeat('main.c:usage: ')],
    [repeat('error:linker: ')],
    [repeat('src/a.c:12:3: ')],
    [repeat('1 | ')],
    [repeat('name | ')],
    ['File      | % Stmts |\nAll files |     100 |\n a.js     |     100 |\n b.js     |      80 |'],
    ['10:00:00 one\nplain\nplain\n10:00:01 two\nplain\n10:00:02 three\nplain'],
    ['warning: a\nwarning: b\nwarning: c'],
    [repeat('[INFO] ')],
    [repeat('> ')],
  ])('%j', (log) => {
    expect(read(log)).toEqual(log.split('\n').map((text) => ['', text]));
  });

  it('keeps every line in order and only ever takes away its front', () => {
    const start = fc.constantFrom(
      'web  | ',
      'db  | ',
      'web:test: ',
      '12:34:56 ',
      '[12:34:56] ',
      'hello> ',
      '#1 2.3 ',
      '',
    );
    const line = fc
      .tuple(start, start, fc.constantFrom('a', 'src/a.c:1:2: error: x', '', ' b'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 200 }), (lines) => {
        const out = read(lines.join('\n'));
        const given = lines.join('\n').split('\n');
        expect(out).toHaveLength(given.length);
        for (const [index, [, text]] of out.entries()) expect(given[index]!.endsWith(text)).toBe(true);
      }),
    );
  });
});
