/** The known name that the fewest single-character edits make of the unknown one: what a person probably meant. */
export function nearestName(unknown: string, known: readonly string[]): string {
  const scored = known.map((name) => ({ name, distance: editDistance(unknown, name) }));
  return scored.reduce((best, next) => (next.distance < best.distance ? next : best)).name;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, substitution));
    }
    row = next;
  }
  return row[b.length]!;
}
