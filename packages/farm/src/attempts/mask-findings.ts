import { maskText } from '@crafting-table/runner/log/mask-secrets';

/** What was read out of the log is masked already, but report files are read as the recipe wrote them. */
export function maskFindings<Found>(found: Found, secrets: readonly string[]): Found {
  if (secrets.length === 0) return found;
  return maskEach(found, secrets) as Found; // Texts became other texts and nothing else changed.
}

function maskEach(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return maskText(value, secrets);
  if (Array.isArray(value)) return value.map((each) => maskEach(each, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskEach(inner, secrets)]));
}
