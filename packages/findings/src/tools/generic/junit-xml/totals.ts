// What a report claims about itself against what was read in it. A report that lost tests must not look clean.
import type { XmlAttributes } from '../../../engine/read-xml.ts';

const CLAIMS = ['tests', 'failures', 'errors', 'skipped'] as const;
type Claim = (typeof CLAIMS)[number];

export type Totals = Record<Claim, number>;
export type Claims = Partial<Totals>;

export function noTotals(): Totals {
  return { tests: 0, failures: 0, errors: 0, skipped: 0 };
}

/** The counts an element states. JUnit 3 called skipped tests `skip`, NUnit converters `disabled`. */
export function readClaims(attributes: XmlAttributes): Claims {
  const claims: Claims = {};
  for (const claim of CLAIMS) {
    const stated = attributes(claim) ?? (claim === 'skipped' ? attributes('skip') : undefined);
    const count = stated === undefined || stated.trim() === '' ? Number.NaN : Number(stated);
    if (Number.isInteger(count) && count >= 0) claims[claim] = count;
  }
  return claims;
}

/** Adds counts to counts; what neither side states stays unstated. */
export function addTotals(sum: Claims, more: Claims): void {
  for (const claim of CLAIMS) {
    const count = more[claim];
    if (count !== undefined) sum[claim] = (sum[claim] ?? 0) + count;
  }
}

/**
 * Compares one suite with what was read inside it. Undefined when the claims hold. Only two counts prove a loss: fewer tests than claimed, or fewer failures and errors
 * together; dialects disagree on what is a failure, what an error, and whether a skipped test counts.
 */
export function findLoss(claimed: Claims, parsed: Totals): string | undefined {
  if (claimed.tests !== undefined && parsed.tests < claimed.tests) {
    return `claims ${claimed.tests} tests, holds ${parsed.tests}`;
  }
  const bad = (claimed.failures ?? 0) + (claimed.errors ?? 0);
  const read = parsed.failures + parsed.errors;
  return read < bad ? `claims ${bad} failures and errors, holds ${read}` : undefined;
}
