import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listToolFolders, readSamples } from '../tools/read-samples.ts';
import { TOOLS } from '../tools/registry.ts';
import { createHintIndex } from './hint-index.ts';
import { requiredLiterals } from './required-literals.ts';

const hints = TOOLS.flatMap(({ logs }) => logs ?? []).map(({ hint }) => hint);
const index = createHintIndex(hints);
const samples = listToolFolders()
  .flatMap(readSamples)
  .filter(({ inputName }) => inputName === 'input.txt');

/** Patterns that match the line and that the index would not have shown it to. */
function missed(line: string): RegExp[] {
  index.mark(line);
  return hints.filter((hint, position) => hint.test(line) && index.marks[position] === 0);
}

describe('the index of all hints', () => {
  it('misses nothing in what the tools really print', () => {
    const lines = samples.flatMap(({ bytes }) => Buffer.from(bytes).toString('utf8').split('\n'));
    expect(lines.length).toBeGreaterThan(1000);
    expect(lines.flatMap(missed)).toEqual([]);
  });

  it('misses nothing that a hint can match', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...hints),
        fc.string(),
        fc.string(),
        fc.nat(),
        (hint, before, after, seed) => {
          fc.pre(!/\(\?[=!<]|\\b/.test(hint.source)); // What fast-check cannot make examples of.
          const [line] = fc.sample(fc.stringMatching(hint), { numRuns: 1, seed });
          expect(missed(line!)).toEqual([]); // One was asked for.
          expect(missed(`${before}${line}${after}`)).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('forgets the line before', () => {
    const own = createHintIndex([/^error: /, /warning/]);
    expect(own.mark('error: warning')).toBe(true);
    expect([...own.marks]).toEqual([1, 1]);
    expect(own.mark('nothing')).toBe(false);
    expect([...own.marks]).toEqual([0, 0]);
  });

  it('finds a text that begins within another one that breaks off', () => {
    const own = createHintIndex([/abcabd/, /bcab!/, /cab/]);
    own.mark('abcabcabd');
    expect([...own.marks]).toEqual([1, 0, 1]);
  });
});

describe('the texts that a pattern requires', () => {
  it.each([
    ['^error: ', [['error: ']]],
    ['^(?:error|warning): x', [['warning', 'error']]],
    ['^a{1,3} failed|^Found \\d+ problems?$', [[' failed'], [' problem']]],
    ['^\\d{1,7}:', [null]],
    ['^(?:line )?no[w-z]', [null]],
    ['^\\[WARN\\] (?=later)', [['[WARN] ']]],
    ['^┌─', [['┌─']]],
    ['(?:abc)?(?:def)+', [['def']]],
  ])('in %s are known', (source, expected) => {
    const found = requiredLiterals(source).map(({ literals }) => literals?.toSorted() ?? null);
    expect(found).toEqual(expected.map((texts) => texts?.toSorted() ?? null));
  });
});
