import { maskText } from '@crafting-table/runner/log/mask-secrets';
import type { ReadFindings } from './findings-reader.ts';

/** What was read out of the log is masked already, but report files are read as the recipe wrote them. */
export function maskFindings(read: ReadFindings, secrets: readonly string[]): ReadFindings {
  if (secrets.length === 0) return read;
  return maskEach(read, secrets) as ReadFindings; // Texts became other texts and nothing else changed.
}

function maskEach(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return maskText(value, secrets);
  if (Array.isArray(value)) return value.map((each) => maskEach(each, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskEach(inner, secrets)]));
}
