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
  return hints.filter((hint, position) => looksFor(hint, line) && index.marks[position] === 0);
}

/** In a line of JSON nobody looks for anything but lines of JSON. */
function looksFor(hint: RegExp, line: string): boolean {
  if (!line.startsWith('{"')) return hint.test(line);
  const ofJson = requiredLiterals(hint.source).filter(({ source }) => source.startsWith('^\\{'));
  return ofJson.some(({ source }) => new RegExp(source).test(line));
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

  it('looks in a line of JSON for lines of JSON alone', () => {
    const own = createHintIndex([/error: |^\{"Issues":/, /^\{"a"/, /error: /]);
    own.mark('{"a": "error: "}');
    expect([...own.marks]).toEqual([0, 1, 0]);
    own.mark('{"Issues": []}');
    expect([...own.marks]).toEqual([1, 0, 0]);
    own.mark('[{"a": "error: "}]');
    expect([...own.marks]).toEqual([1, 0, 1]);
  });

  it('finds a text that begins within another one that breaks off', () => {
    const own = createHintIndex([/abcabd/, /bcab!/, /cab/]);
    own.mark('abcabcabd');
    expect([...own.marks]).toEqual([1, 0, 1]);
  });
});

describe('the skimming of lines', () => {
  const all = samples.flatMap(({ bytes }) => Buffer.from(bytes).toString('utf8').split('\n'));

  it('stops before every line that a hint matches', () => {
    const wanted = all.filter((line) => hints.some((hint) => hint.test(line)));
    expect(wanted.length).toBeGreaterThan(1000);
    expect(wanted.filter((line) => skimmed(`${line}\n`) !== 0)).toEqual([]);
  });

  it('passes over every plain line that no hint matches, whatever stands before and behind it', () => {
    const unwanted = all.filter(
      (line) => /^[\t -~]*$/.test(line) && !hints.some((hint) => hint.test(line.slice(0, 4096))),
    );
    expect(unwanted.length).toBeGreaterThan(1000);
    expect(skimmed(`${unwanted.join('\n')}\n`)).toBe(unwanted.length);
    expect(skimmed(`${unwanted.join('\r\n')}\r\n`)).toBe(unwanted.length);
  });

  it('stops before what has to be cleaned or decoded, and before a line whose end is not there', () => {
    for (const line of ['\u001B[1m\n', 'é\n', 'a\rb\n', 'a\u0007\n', 'plain', 'warning: ']) {
      expect(skimmed(`plain\n${line}`)).toBe(1);
    }
  });

  it('stops before a line of JSON, wherever it stands', () => {
    const stop = (text: string) => index.skim(Buffer.from(text), 0);
    expect(stop('{"a": 1}\nplain\n')).toEqual({ next: 0, lines: 0 });
    expect(stop('plain\r\nplain\n{"a": 1}\nplain\n')).toEqual({ next: 13, lines: 2 });
    expect(stop('plain {"a": 1}\n{')).toMatchObject({ lines: 1 });
  });

  it('stops before an opening, which is never marked', () => {
    const own = createHintIndex([/^error: /], [/^<[a-z]/]);
    expect(own.skim(Buffer.from('a\n<b>\nerror: x\n'), 0)).toMatchObject({ next: 2, lines: 1 });
    expect(own.mark('<b>')).toBe(false);
  });

  function skimmed(text: string): number {
    return index.skim(Buffer.from(text), 0).lines;
  }
});

describe('the texts that a pattern requires', () => {
  it.each([
    ['^error: ', [['\nerror: ']]],
    ['^(?:error|warning): x', [['\nerror: x', '\nwarning: x']]],
    ['^a{1,3} failed|Found \\d+ problems?$', [['a failed'], ['Found 0 prob']]],
    ['^\\d{1,7}:', [['\n0:']]],
    ['\\d{1,7}:', [null]],
    ['12:3[4-6](?<name>x|y)', [['0:0x', '0:0y']]],
    [
      '^(?:line )?no[w-z]',
      [['\nline now', '\nline nox', '\nline noy', '\nline noz', '\nnow', '\nnox', '\nnoy', '\nnoz']],
    ],
    ['no[^a]', [null]],
    ['^\\[WARN\\] (?=later)', [['\n[WARN] ']]],
    ['^┌─', [['\n┌─']]],
    ['(?:abc)?(?:def)+', [['abcdef', 'def']]],
    ['^\\{$', [['\n{\n']]],
  ])('in %s are known', (source, expected) => {
    const found = requiredLiterals(source).map(({ literals }) => literals?.toSorted() ?? null);
    expect(found).toEqual(expected.map((texts) => texts?.toSorted() ?? null));
  });

  it('begin with the brace wherever a hint is about lines of JSON, or nobody would show it one', () => {
    const ofJson = hints
      .flatMap(({ source }) => requiredLiterals(source))
      .filter(({ source }) => /\{(?:\\s\?)?"/.test(source));
    expect(ofJson.length).toBeGreaterThan(5);
    expect(ofJson.filter(({ source }) => !source.startsWith('^\\{'))).toEqual([]);
  });

  it('are known of every hint of every tool, for a single one without would slow down all logs', () => {
    const alternatives = hints.flatMap(({ source }) => requiredLiterals(source));
    expect(alternatives.filter(({ literals }) => literals === null)).toEqual([]);
  });
});
