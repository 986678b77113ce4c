import { describe, expect, it } from 'vitest';
import { createUnifiedDiffReader, type FileDiff } from './unified-diff.ts';

function read(text: string): { diffs: FileDiff[]; outside: string[] } {
  const diffs: FileDiff[] = [];
  const outside: string[] = [];
  const reader = createUnifiedDiffReader((diff) => diffs.push(diff));
  for (const [index, head] of text.split('\n').entries()) {
    if (reader.line({ head, text: head, number: index + 1 }) === 'outside') outside.push(head);
  }
  reader.close();
  return { diffs, outside };
}

describe('a unified diff in a log', () => {
  it('ends where its last hunk is over, whatever follows', () => {
    const { diffs, outside } = read(
      '--- a.sh.orig\n+++ a.sh\n@@ -3,2 +3,1 @@\n-one\n two\n- a list\n+ of things',
    );
    expect(diffs).toMatchObject([{ newPath: 'a.sh', hunks: 1, line: 3, logLine: 2 }]);
    expect(outside).toEqual(['- a list', '+ of things']);
  });

  it('may follow another one at once, and holds lines that look like heads', () => {
    const { diffs, outside } = read(
      '--- a\t2026-01-01 10:00\n+++ b\t2026-01-01\n@@ -1 +1 @@\n--- x\n+++ y\n@@ -9 +9 @@\n-1\n+2\n\\ No newline at end of file\n--- c\n+++ d\n@@ -0,0 +1 @@\n+new',
    );
    expect(diffs).toMatchObject([
      { oldPath: 'a', newPath: 'b', hunks: 2, line: 1 },
      { oldPath: 'c', newPath: 'd', hunks: 1 },
    ]);
    expect(outside).toEqual([]);
  });

  it('is none without a hunk', () => {
    expect(read('--- a\n+++ b\nnothing').diffs).toEqual([]);
    expect(read('--- a\n--- b\n+++ c\n@@ -1 +1 @@\n-1\n+2').diffs).toMatchObject([{ oldPath: 'b' }]);
  });
});
