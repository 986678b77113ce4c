import { expect, it } from 'vitest';
import { findRef, isRefName, parseRemoteRefs } from './remote-refs.ts';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string]; // Three in, three out.
const read = (...lines: string[]) => parseRemoteRefs(lines.join('\n'), (text) => text);

it('finds a branch before a tag, and both before a full name', () => {
  const refs = read(`${A}\tHEAD`, `${A}\trefs/heads/x`, `${B}\trefs/tags/x`, `${C}\trefs/pull/1/head`);
  expect(findRef(refs, 'x')).toBe(A);
  expect(findRef(refs, 'refs/tags/x')).toBe(B);
  expect(findRef(refs, 'refs/pull/1/head')).toBe(C);
  expect(findRef(refs, 'HEAD')).toBe(A);
  expect(findRef(refs, 'y')).toBeNull();
});

it('follows an annotated tag to what it points at', () => {
  expect(findRef(read(`${A}\trefs/tags/v1`, `${B}\trefs/tags/v1^{}`), 'v1')).toBe(B);
});

it('has another fingerprint exactly when a branch or tag changes', () => {
  const before = read(`${A}\trefs/heads/x`, `${B}\trefs/pull/1/head`).fingerprint;
  expect(read(`${A}\trefs/heads/x`, `${C}\trefs/pull/1/head`).fingerprint).toBe(before);
  expect(read(`${C}\trefs/heads/x`, `${B}\trefs/pull/1/head`).fingerprint).not.toBe(before);
});

it.each(['-x', 'a..b', 'a b', 'a^', 'a~1', 'a:b', 'a*', '', 'a\nb', 'x'.repeat(300)])(
  'takes %j for no ref',
  (ref) => {
    expect(isRefName(ref)).toBe(false);
  },
);
