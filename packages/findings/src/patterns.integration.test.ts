// Regular expressions see what strangers print. Slow here, because each of a thousand is taken apart.
import { beforeAll, describe, expect, it } from 'vitest';
import { listPatterns, type SourcePattern } from './stand-ins/list-patterns.ts';

/**
 * What recheck cannot tell by then, mostly because of large bounds, is left to the hostile lines. It is long enough that no
 * verdict depends on how fast the machine is: all that it finds in three times as long it finds in a third of it.
 */
const RECHECK_MS = 1000;
const LINE_CHARS = 64 * 1024;
const CPU_MS_MAX = 100;
const TRIES = 3;

/** Beginnings, middles and separators of what the patterns look for, over and over. */
const SEEDS = [
  '1',
  ':1',
  '(1',
  ' ',
  'a:',
  ':',
  '(',
  'a.c:',
  '\t',
  'é',
  ':1 -',
  'a',
  'a ',
  '/',
  '/a',
  '\\',
  '"',
  '{',
  '[',
]
  .concat([
    '\r',
    '\n',
    'A',
    'a.',
    '-',
    '- ',
    '=',
    '|',
    ' |',
    "'a' ",
    '`',
    '\n ',
    'error: ',
    '.a:1:',
    ' (',
    '<a ',
    '#',
    '1.',
  ])
  .concat(['a.c:1: ', 'at a(', '==', '\u001B[', '[1/1] ', 'a=1,', '> ', '"a":', '# ', '1 a, ']);

describe('the patterns of all tools', () => {
  const patterns = listPatterns();

  beforeAll(() => {
    process.env['RECHECK_SYNC_BACKEND'] = 'pure'; // Neither a JVM, nor a binary, nor a thread to wait for.
  });

  it('are found in the sources', () => {
    expect(patterns.length).toBeGreaterThan(800);
  });

  it('are not known to recheck as polynomial or exponential', { timeout: 300_000 }, async () => {
    const { checkSync } = await import('recheck');
    const isVulnerable = ({ pattern: { source, flags } }: SourcePattern): boolean => {
      try {
        const { status } = checkSync(source, flags, { timeout: RECHECK_MS, checker: 'automaton' });
        return status === 'vulnerable';
      } catch (fault) {
        if (fault instanceof RangeError) return false; // It calls itself once for each repetition that a bound allows.
        throw fault;
      }
    };
    const vulnerable = patterns.filter(isVulnerable);
    expect(vulnerable).toEqual([]);
  });

  it('stay linear on hostile lines of 64 KiB', { timeout: 120_000 }, () => {
    const lines = SEEDS.map((seed) => seed.repeat(Math.ceil(LINE_CHARS / seed.length)));
    const slow = patterns.flatMap((each) =>
      lines.filter((line) => isSlow(each, `${line}\u0001`)).map((line) => [each.where, line.slice(0, 10)]),
    );
    expect(slow).toEqual([]);
  });
});

/** By processor time, and only when it is slow again and again: others work on this machine, too. */
function isSlow({ pattern }: SourcePattern, line: string): boolean {
  for (let count = 0; count < TRIES; count++) {
    const before = process.cpuUsage();
    line.replace(pattern, '');
    const { user } = process.cpuUsage(before);
    if (user / 1000 <= CPU_MS_MAX) return false;
  }
  return true;
}
