/** Of all names of one flaw the one that most databases know: CVE, then GHSA, then the alphabetically first. */
export function canonicalAdvisory(ids: readonly string[]): string | undefined {
  const sorted = ids.toSorted();
  return (
    sorted.find((id) => id.startsWith('CVE-')) ?? sorted.find((id) => id.startsWith('GHSA-')) ?? sorted[0]
  );
}
