import { expect, it } from 'vitest';
import { expectLines, type PlacedLine } from './expected-lines.ts';

const file = (path: string, text: string): PlacedLine[] =>
  [...text].map((lineHash, index) => ({ path, line: index + 1, lineHash }));
const expectOne = (then: string, now: string, line: number) =>
  expectLines(file('a.c', then), file('a.c', now))[line - 1];

it('expects a line as far on as the surely equal lines around it have moved', () => {
  expect(expectOne('arbr', '..arbr', 2)).toEqual({ byAbove: 4, byBelow: 4 });
});

it('keeps two expectations where the lines above and below have moved differently', () => {
  expect(expectOne('arrb', 'arr..b', 2)).toEqual({ byAbove: 2, byBelow: 4 });
});

it('asks the other side where there is nothing sure on one', () => {
  expect(expectOne('rbr', '..rbr', 1)).toEqual({ byAbove: 3, byBelow: 3 });
});

it('believes no line that stands in the file twice', () => {
  expect(expectOne('rr', '..rr', 1)).toEqual({ byAbove: 1, byBelow: 1 });
});

it('believes no line of another file', () => {
  expect(expectLines(file('a.c', 'ab'), file('b.c', '..ab'))).toEqual([
    { byAbove: 1, byBelow: 1 },
    { byAbove: 2, byBelow: 2 },
  ]);
});

it('counts a line with two findings once', () => {
  const twice = (text: string) => [...file('a.c', text), ...file('a.c', text)];
  expect(expectLines(twice('ar'), twice('.ar'))[1]).toEqual({ byAbove: 3, byBelow: 3 });
});
