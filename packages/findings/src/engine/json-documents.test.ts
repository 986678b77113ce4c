import { describe, expect, it } from 'vitest';
import { createJsonDocuments, type DocumentStep } from './json-documents.ts';

function read(text: string) {
  const documents = createJsonDocuments();
  const steps = text.split('\n').map((line) => documents.line(line));
  return { steps, states: steps.map(({ state }) => state), isInside: documents.isInside() };
}

const valuesOf = (steps: readonly DocumentStep[]) =>
  steps.flatMap((step) => (step.state === 'whole' ? [step.value] : []));

describe('documents one after another', () => {
  it('are read each by itself, and lines between them are left alone', () => {
    const { steps, states } = read('# pkg\n{\n  "a": 1\n}\nexit status 1\n[\n  2\n]');
    expect(states).toEqual(['outside', 'inside', 'inside', 'whole', 'outside', 'inside', 'inside', 'whole']);
    expect(valuesOf(steps)).toEqual([{ a: 1 }, [2]]);
  });

  it('begin and end at the start of a line, so that brackets inside them change nothing', () => {
    const { steps } = read('{\n  "a": {\n    "b": "}"\n  },\n  "c": [\n  ]\n}');
    expect(valuesOf(steps)).toEqual([{ a: { b: '}' }, c: [] }]);
  });

  it('that are not JSON are broken, and the next one is read', () => {
    const { steps, states } = read('{\n  nonsense\n}\n{\n  "a": 1\n}');
    expect(states).toEqual(['inside', 'inside', 'broken', 'inside', 'inside', 'whole']);
    expect(valuesOf(steps)).toEqual([{ a: 1 }]);
  });

  it('that were cut off are broken where the next one begins, which is read', () => {
    const { steps, states } = read('{\n  "a": 1,\n{\n  "b": 2\n}');
    expect(states).toEqual(['inside', 'inside', 'broken', 'inside', 'whole']);
    expect(valuesOf(steps)).toEqual([{ b: 2 }]);
  });

  it('that never end are told to be open', () => {
    expect(read('{\n  "a": 1')).toMatchObject({ states: ['inside', 'inside'], isInside: true });
    expect(read('{\n}')).toMatchObject({ isInside: false });
  });

  it('that never end do not fill the memory', () => {
    const documents = createJsonDocuments();
    documents.line('{');
    const long = ' '.repeat(1024 ** 2);
    const states = Array.from({ length: 16 }, () => documents.line(long).state);
    expect(states.at(-1)).toBe('broken');
    expect(documents.isInside()).toBe(false);
  });
});
