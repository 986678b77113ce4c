// Summary lines such as `6 failed | 3 passed (9)` and `6 failed, 3 passed, 9 total`.

/** Counts before each word, e.g. `{failed: 6, passed: 3}`. */
export function readCounts(text: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [, count, word] of text.slice(0, 300).matchAll(/(\d{1,9}) ([a-z]{2,20})/g)) {
    counts[word!] = Number(count); // Both groups are in every match.
  }
  return counts;
}

/** A test tool that ran nothing says so: it is not the same as a tool that found nothing. */
export const NO_TESTS = {
  completeness: 'complete',
  claimed: { tests: 0 },
  parsed: { tests: 0 },
  note: 'no test ran',
} as const;

/** The last line of a log that ends in the middle of a tool's work. */
export const CUT_OFF = { completeness: 'partial', note: 'the log ends before the summary' } as const;
