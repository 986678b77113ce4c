import type { EnrichedFinding } from '../../enrich/enrich-findings.ts';

/** What a finding can be named by when nothing but the name is compared. `fingerprint`: the farm's own, recipe 1. */
export const KEY_STYLES = ['line', 'message', 'fingerprint'] as const;
export type KeyStyle = (typeof KEY_STYLES)[number];

/** One key for each finding, in their order; equal ones are numbered. */
export function ordinalKeys(findings: readonly EnrichedFinding[], style: KeyStyle): string[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const key = keyOf(finding, style);
    const ordinal = seen.get(key) ?? 0;
    seen.set(key, ordinal + 1);
    return `${key}\0${ordinal}`;
  });
}

function keyOf({ rule_id, path, region, message, fingerprint }: EnrichedFinding, style: KeyStyle): string {
  switch (style) {
    case 'line':
      return `${rule_id}\0${path}\0${region?.line}`;
    case 'message':
      return `${rule_id}\0${path}\0${message}`;
    case 'fingerprint':
      return fingerprint;
  }
}
