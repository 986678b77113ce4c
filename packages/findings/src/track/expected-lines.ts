// Where a line of yesterday should stand today, judging by the lines around it. Of twenty lines that read `return nil` only their
// surroundings tell which is which: the same line number says nothing once something was inserted above.

export type PlacedLine = { path: string; line: number; lineHash: string | null };

/** By the nearest line above that is surely the same in both, and by the nearest below; the line itself where there is none. */
export type ExpectedLine = { byAbove: number; byBelow: number };

type Anchor = { line: number; shift: number };

/** One entry for each line of `before`, in their order. Paths are those of today on both sides. */
export function expectLines(before: readonly PlacedLine[], today: readonly PlacedLine[]): ExpectedLine[] {
  const anchors = findAnchors(before, today);
  return before.map(({ path, line }) => {
    const known = anchors.get(path) ?? [];
    const below = firstFrom(known, line);
    const above = known[below]?.line === line ? below : below - 1;
    const shiftBelow = known[below]?.shift;
    const shiftAbove = known[above]?.shift;
    return {
      byAbove: line + (shiftAbove ?? shiftBelow ?? 0),
      byBelow: line + (shiftBelow ?? shiftAbove ?? 0),
    };
  });
}

/** Lines whose text stands once in the file, then and now; by path, in the order they had. */
function findAnchors(before: readonly PlacedLine[], today: readonly PlacedLine[]): Map<string, Anchor[]> {
  const then = linesOfText(before);
  const now = linesOfText(today);
  const anchors = new Map<string, Anchor[]>();
  for (const [key, { path, line }] of then) {
    const other = now.get(key)?.line;
    if (line === null || other === undefined || other === null) continue;
    const ofPath = anchors.get(path);
    if (ofPath === undefined) anchors.set(path, [{ line, shift: other - line }]);
    else ofPath.push({ line, shift: other - line });
  }
  for (const ofPath of anchors.values()) ofPath.sort((a, b) => a.line - b.line);
  return anchors;
}

/** The line that a text stands on; null where there are several. Two findings of one line are one line. */
function linesOfText(placed: readonly PlacedLine[]): Map<string, { path: string; line: number | null }> {
  const lines = new Map<string, { path: string; line: number | null }>();
  for (const { path, line, lineHash } of placed) {
    if (lineHash === null) continue;
    const key = `${path}\0${lineHash}`;
    const found = lines.get(key);
    if (found === undefined) lines.set(key, { path, line });
    else if (found.line !== line) found.line = null;
  }
  return lines;
}

/** Index of the first anchor at or below the line. */
function firstFrom(anchors: readonly Anchor[], line: number): number {
  let [low, high] = [0, anchors.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (anchors[middle]!.line < line) low = middle + 1;
    else high = middle;
  }
  return low;
}
